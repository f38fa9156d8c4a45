import type { Tx } from '../../db/database.ts';
import { appendEvents } from '../../db/queries/event.ts';
import { closeCircuit } from '../../db/queries/routing.ts';
import { dropDeltas } from '../../db/queries/text-delta.ts';
import { insertToolCalls } from '../../db/queries/tool-call.ts';
import { storeAnswer } from '../../db/queries/turn.ts';
import { usdFromNano } from '../../domain/money.ts';
import { costNanoUsd } from '../../domain/prices.ts';
import { storableJson, storableText } from '../../domain/storable-text.ts';
import { countTokens } from '../../domain/tokens.ts';
import type { StoredAnswer } from '../../domain/turn-record.ts';
import type { ModelAnswer } from '../../models/model-call.ts';
import { messageBytesBound } from '../../models/request-bound.ts';
import { planOf } from '../call-tools/planned-tool-calls.ts';
import type { StageDeps } from '../stage-deps.ts';
import type { CallModelResult, SelectionRef } from '../stage-results.ts';
import { type AttemptOutcome, closeAttempt, correctUnknownAttempt, debitOf } from './attempt-ledger.ts';
import { lockAttempt, resultBehindFence } from './fenced-attempt.ts';
import { judgeToolCalls } from './judge-tool-calls.ts';
import { messageEvent } from './message-event.ts';
import type { OpenedAttempt } from './open-attempt.ts';
import { outputIntervention } from './output-guardrail.ts';
import { toolUseEvents } from './tool-use-events.ts';

/**
 * The closing transaction of an answer: settlement, output guardrail, answer, tool calls with their verdicts, events.
 * Fenced on the attempt: the late answer of one that was given up corrects the ledger and nothing else (I3).
 */
export async function closeWithAnswer(
  tx: Tx,
  deps: StageDeps,
  ref: SelectionRef,
  opened: OpenedAttempt,
  answer: ModelAnswer,
): Promise<CallModelResult> {
  const { session, ended, attempt, guardrails } = await lockAttempt(tx, ref, opened);
  if (session === undefined) return ended;
  if (attempt === undefined) throw new TypeError('An answer came to an attempt that is not in the ledger.');

  if (attempt.state !== 'dispatched') {
    if (attempt.state === 'unknown' && answer.usage !== undefined) {
      const costNano = costNanoUsd(opened.spec.rates, answer.usage);
      correctUnknownAttempt(tx, session.id, attempt, { costNano, usage: answer.usage });
    }
    return ended ?? resultBehindFence(tx, ref);
  }

  const outcome = outcomeOf(opened, answer);
  const { costNano, excess } = debitOf(attempt, outcome);
  if (excess) {
    const { provider, model } = opened.spec;
    deps.alarm('A provider reported more than the bound it was given; the run ends.', {
      sessionId: session.id,
      provider,
      model,
      costUsd: String(usdFromNano(costNano)),
      boundUsd: String(usdFromNano(attempt.reservedNano)),
    });
  }
  if (ended !== undefined) {
    closeAttempt(tx, session.id, attempt, outcome);
    dropDeltas(tx, session);
    return ended;
  }

  const intervention = outputIntervention(guardrails, ref.turn, answer.text);
  const { catalog } = opened;
  const calls = intervention === undefined ? judgeToolCalls(ref, answer.toolCalls, catalog, deps.validators) : [];
  const stored: StoredAnswer =
    intervention === undefined
      ? {
          text: storableText(answer.text),
          toolCalls: calls.map((call) => ({ id: call.id, name: call.toolName, args: call.args })),
          ...(answer.reasoning === undefined ? {} : { reasoning: storableJson(answer.reasoning) }),
          ...stoppedBy(answer),
        }
      : { text: '[This answer was withheld by a guardrail.]', toolCalls: [], withheld: true };

  const { provider, model } = opened.spec;
  storeAnswer(
    tx,
    session.id,
    ref.turn,
    stored,
    {
      tokens: countTokens(stored.text) + countTokens(JSON.stringify(stored.toolCalls)),
      bytes: messageBytesBound({ role: 'assistant', ...stored }),
    },
    { provider, model, selection: ref.selection },
  );
  insertToolCalls(tx, session.id, calls);
  closeCircuit(tx, provider, model);
  appendEvents(tx, session.id, [
    ...(intervention === undefined ? [] : [intervention]),
    ...(stored.text === '' && calls.length > 0
      ? []
      : [
          messageEvent({
            turn: ref.turn,
            text: stored.text,
            by: opened.spec,
            usage: answer.usage,
            costNano,
            partial: false,
            ...stoppedBy(answer),
          }),
        ]),
    ...calls.flatMap((call) => toolUseEvents(call, catalog.byName.get(call.toolName)?.serverName)),
  ]);
  // Last, with the commit: all sessions of an agent share the account of its day.
  closeAttempt(tx, session.id, attempt, outcome);
  dropDeltas(tx, session);
  return { kind: 'answered', toolCalls: planOf(calls) };
}

function stoppedBy({ finishReason }: ModelAnswer): Pick<StoredAnswer, 'stoppedBy'> {
  return finishReason === 'length' || finishReason === 'content-filter' ? { stoppedBy: finishReason } : {};
}

function outcomeOf(opened: OpenedAttempt, answer: ModelAnswer): AttemptOutcome {
  if (answer.usage === undefined) return { kind: 'unknown', failedType: 'model.no_usage' };
  return { kind: 'reported', costNano: costNanoUsd(opened.spec.rates, answer.usage), usage: answer.usage };
}

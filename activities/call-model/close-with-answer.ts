import type { Tx } from '../../db/database.ts';
import { closeCircuit } from '../../db/queries/circuit.ts';
import { appendEvents } from '../../db/queries/event.ts';
import type { TokenTimes } from '../../db/queries/model-attempt.ts';
import { dropDeltas } from '../../db/queries/text-delta.ts';
import { insertToolCalls } from '../../db/queries/tool-call.ts';
import { storeAnswer } from '../../db/queries/turn.ts';
import { debitOf, outcomeOfAnswer } from '../../domain/attempt-outcome.ts';
import type { Guarding } from '../../domain/guardrails/guard-text.ts';
import { EVERY_MODEL } from '../../domain/model-outage.ts';
import type { ModelUsage } from '../../domain/model-usage.ts';
import { usdFromNano } from '../../domain/money.ts';
import { storableJson } from '../../domain/storable-text.ts';
import type { CutAnswer } from '../../domain/tool-verdict.ts';
import { type StoredAnswer, WITHHELD_ANSWER } from '../../domain/turn-record.ts';
import { createCheckArguments } from '../../evaluation/check-arguments.ts';
import type { Evaluate } from '../../evaluation/evaluations.ts';
import { createScan } from '../../evaluation/scan-text.ts';
import { unasked } from '../../guardrails/asked-providers.ts';
import type { ModelAnswer } from '../../models/model-call.ts';
import { secondsOf } from '../../telemetry/seconds.ts';
import { aboutSession } from '../../transitions/about-session.ts';
import { closeAttempt, correctUnknownAttempt } from '../../transitions/attempt-ledger.ts';
import { auditDecisions } from '../../transitions/call-audit.ts';
import { reportRefusedCall } from '../../transitions/tool-call-lines.ts';
import { askForApproval } from '../call-tools/asked-calls.ts';
import { planOf } from '../call-tools/planned-tool-calls.ts';
import { withRecordings } from '../replay/recorded-calls.ts';
import type { StageDeps } from '../stage-deps.ts';
import type { CallModelResult, SelectionRef } from '../stage-results.ts';
import { answerSize } from './answer-size.ts';
import { lockAttempt, resultBehindFence } from './fenced-attempt.ts';
import { guardAnswer } from './guard-answer.ts';
import { judgeToolCalls } from './judge-tool-calls.ts';
import { messageEvent } from './message-event.ts';
import type { OpenedAttempt } from './open-attempt.ts';
import { isSentWhole, ownCountOfAnswer } from './own-count.ts';
import { toolUseEvents } from './tool-use-events.ts';

export interface AnswerFacts {
  /** Tells what external providers have said of the answer. */
  readonly recall: Guarding['ask'];
  readonly evaluate: Evaluate;
  /** The decoded bytes of the answer. */
  readonly receivedBytes: number;
  /** Absent: nothing of it came in pieces. */
  readonly tokens?: TokenTimes | undefined;
  /** The time until it was whole. */
  readonly durationMs: number;
}

/**
 * The closing transaction of an answer: settlement, output guardrail, answer, tool calls with their verdicts, events.
 * It is fenced on the attempt: the late answer of an attempt that was given up corrects the ledger and nothing else
 * (I3).
 */
export async function closeWithAnswer(
  tx: Tx,
  deps: StageDeps,
  ref: SelectionRef,
  opened: OpenedAttempt,
  answer: ModelAnswer,
  { recall = unasked, evaluate, receivedBytes, tokens, durationMs }: AnswerFacts,
): Promise<CallModelResult> {
  const { session, ended, attempt, guardrails, grants, taintedBy } = await lockAttempt(tx, ref, opened);
  if (session === undefined) return ended;
  if (attempt === undefined) throw new TypeError('An answer came for an attempt that is not in the ledger.');

  const { spec, catalog } = opened;
  const sent = { whole: isSentWhole(opened, answer.wireBytes), receivedBytes, tokens, duration_ms: durationMs };
  const outcome = outcomeOfAnswer(spec.rates, answer.usage, ownCountOfAnswer(opened, answer));
  if (attempt.state !== 'dispatched') {
    correctUnknownAttempt(tx, session.id, attempt, outcome);
    return ended ?? resultBehindFence(tx, ref);
  }

  const { costNano, excessNano } = debitOf(attempt.reservedNano, outcome);
  if (excessNano > 0n) {
    tx.report({
      event: 'usage_above_bound',
      ...aboutSession(session),
      turn: ref.turn,
      cause: 'budget.excess',
      provider: spec.provider,
      model: spec.model,
      cost_usd: usdFromNano(costNano),
      bound_usd: usdFromNano(attempt.reservedNano),
    });
  }
  if (ended !== undefined) {
    closeAttempt(tx, session, attempt, outcome, sent);
    dropDeltas(tx, session);
    return ended;
  }

  const guarded = await guardAnswer(guardrails, ref, answer, {
    known: (name) => catalog.byName.has(name),
    ask: recall,
    scan: createScan(evaluate),
  });
  const stoppedBy = stoppedByOf(answer);
  const cutForBudget = stoppedBy === 'length' && opened.clampedForMoney ? true : undefined;
  const calledIn = { cut: cutOf(stoppedBy, outcome.usage), taintedBy };
  const judged = await judgeToolCalls(
    tx,
    ref,
    guarded.toolCalls,
    catalog,
    createCheckArguments(evaluate),
    grants,
    calledIn,
  );
  const replayed = await withRecordings(tx, session, judged);
  const calls = replayed.map(({ call }) => call);
  const stored: StoredAnswer =
    guarded.withheldBy === undefined
      ? {
          text: guarded.text,
          toolCalls: calls.map((call) => ({ id: call.id, name: call.toolName, args: call.args })),
          reasoning: guarded.reasoning && storableJson(guarded.reasoning),
          stoppedBy,
          cutForBudget,
        }
      : { text: WITHHELD_ANSWER, toolCalls: [], withheld: true, withheldBecause: guarded.withheldBy.message };

  const { provider, model } = spec;
  const firstTokenMs = tokens?.firstMs ?? durationMs;
  tx.observe({ kind: 'first_token', provider, model, seconds: secondsOf(firstTokenMs) });
  storeAnswer(tx, session.id, ref.turn, stored, answerSize(stored), { provider, model, selection: ref.selection });
  insertToolCalls(tx, session.id, calls);
  auditDecisions(tx, session, calls, (call) => catalog.byName.get(call.toolName));
  askForApproval(tx, session, calls, deps.nowMs());
  for (const call of calls) if (call.refusal !== undefined) reportRefusedCall(tx, session, call);
  closeCircuit(tx, { provider, models: [model, EVERY_MODEL], connection: spec.connection });
  appendEvents(tx, session.id, [
    ...guarded.events,
    ...(stored.text === '' && calls.length > 0 && stoppedBy === undefined
      ? []
      : [
          messageEvent({
            turn: ref.turn,
            text: stored.text,
            by: spec,
            usage: outcome.usage,
            costNano,
            partial: false,
            stoppedBy,
            cutForBudget,
            withheld: stored.withheld,
          }),
        ]),
    ...replayed.flatMap(({ call, server }) =>
      toolUseEvents(call, server ?? catalog.byName.get(call.toolName)?.serverName),
    ),
  ]);
  // The accounts come last, with the commit: all sessions of an agent share the account of its day.
  closeAttempt(tx, session, attempt, outcome, sent);
  dropDeltas(tx, session);
  return { kind: 'answered', ...planOf(calls) };
}

/** Undefined: the model was done. */
function stoppedByOf({ finishReason }: ModelAnswer): StoredAnswer['stoppedBy'] {
  return finishReason === 'stop' || finishReason === 'tool-calls' ? undefined : finishReason;
}

/** How an answer was cut off. Undefined: it is whole. */
function cutOf(stoppedBy: StoredAnswer['stoppedBy'], { outputTokens }: ModelUsage): CutAnswer | undefined {
  return stoppedBy === undefined || stoppedBy === 'empty' ? undefined : { by: stoppedBy, outputTokens };
}

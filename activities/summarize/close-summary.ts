import type { SessionCompacted } from '../../contract/session-compacted.ts';
import type { Tx } from '../../db/database.ts';
import { guardrailsOfSession } from '../../db/queries/guardrail-config.ts';
import { attemptsOf, SUMMARY_SELECTION } from '../../db/queries/model-attempt.ts';
import { contentOfTurns, insertSummary } from '../../db/queries/session-summary.ts';
import { type AttemptOutcome, debitOf, outcomeOfAnswer, outcomeOfFailure } from '../../domain/attempt-outcome.ts';
import { compiledRules } from '../../domain/guardrails/compiled-rules.ts';
import type { GuardrailLayers } from '../../domain/guardrails/effective-rules.ts';
import { type Guarding, guardText } from '../../domain/guardrails/guard-text.ts';
import { usdFromNano } from '../../domain/money.ts';
import { storableText } from '../../domain/storable-text.ts';
import { SUMMARY_BYTES, shownSummary } from '../../domain/summary.ts';
import { countTokens } from '../../domain/tokens.ts';
import { utf8Beginning } from '../../domain/utf8-beginning.ts';
import type { Evaluate } from '../../evaluation/evaluations.ts';
import { withoutSecrets } from '../../evaluation/redact-secrets.ts';
import { createScan } from '../../evaluation/scan-text.ts';
import { unasked } from '../../guardrails/asked-providers.ts';
import { type ModelAnswer, ModelCallError } from '../../models/model-call.ts';
import { messageBytesBound } from '../../models/request-bound.ts';
import { closeAttempt, correctUnknownAttempt } from '../../transitions/attempt-ledger.ts';
import { ownCountOfAnswer, ownCountOfFailure } from '../call-model/own-count.ts';
import { behindLock } from '../session/behind-lock.ts';
import type { SummarizeResult, TurnRef } from '../stage-results.ts';
import type { OpenedSummary } from './open-summary.ts';

/**
 * The closing transaction of a summary: its settlement and, if it is of use, its row. It is fenced on the attempt like that
 * of an answer: what comes for an attempt that was given up, or after the end of the session, changes the ledger alone (I3).
 * @param how.recall tells what external providers have said of it
 * @param how.receivedBytes the decoded bytes of the answer
 */
export async function closeSummary(
  tx: Tx,
  ref: TurnRef,
  opened: OpenedSummary,
  answer: ModelAnswer | ModelCallError,
  durationMs: number,
  how: { readonly evaluate: Evaluate; readonly recall: Guarding['ask']; readonly receivedBytes: number },
): Promise<SummarizeResult> {
  const { evaluate, recall = unasked, receivedBytes } = how;
  const { session, ended, attempts, guardrails } = await behindLock(tx, ref, () => ({
    attempts: attemptsOf(tx, ref.sessionId, ref.turn, SUMMARY_SELECTION),
    guardrails: guardrailsOfSession(tx, ref.sessionId),
  }));
  const attempt = attempts.find((each) => each.attempt === opened.attempt.attempt);
  if (session === undefined || attempt === undefined) return { kind: 'skipped', why: 'session_over' };

  const outcome = outcomeOf(opened, answer);
  if (attempt.state !== 'dispatched') {
    correctUnknownAttempt(tx, session.id, attempt, outcome);
    return { kind: 'failed', type: 'model.fenced' };
  }
  const written =
    answer instanceof ModelCallError
      ? { useless: answer.type }
      : await textOf(answer, guardrails, { evaluate, ask: recall });
  if ('useless' in written) {
    const { status, systemCode: code } = answer instanceof ModelCallError ? answer : {};
    const detail = { receivedBytes, status, code, duration_ms: durationMs };
    closeAttempt(tx, session, attempt, { ...outcome, failedType: written.useless }, detail);
    return { kind: 'failed', type: written.useless };
  }
  if (ended === undefined) {
    const { throughTurn, previousThroughTurn, spec } = opened;
    const { text } = written;
    const shown = shownSummary({ text, throughTurn }, true);
    const { provider, model } = spec;
    insertSummary(tx, session.id, {
      throughTurn,
      askedTurn: ref.turn,
      text,
      tokens: countTokens(shown),
      bytes: messageBytesBound({ role: 'user', text: shown }),
      provider,
      model,
      afterSeq: session.eventSeq,
      event: {
        fromTurn: 0,
        toTurn: throughTurn,
        previousToTurn: previousThroughTurn,
        text,
        bytes: Buffer.byteLength(text),
        model,
        provider,
        ...costOf(attempt.reservedNano, outcome),
        dropped: await contentOfTurns(tx, session.id, throughTurn),
      },
    });
  }
  // The accounts come last, with the commit: all sessions of an agent share the account of its day.
  closeAttempt(tx, session, attempt, outcome, { receivedBytes });
  return ended === undefined ? { kind: 'summarized' } : { kind: 'skipped', why: 'session_over' };
}

/** What the request cost, as `agent.message` says it of an answer. */
function costOf(
  reservedNano: bigint,
  outcome: AttemptOutcome,
): Pick<SessionCompacted['data'], 'usage' | 'costUsd' | 'costIsUpperBound'> {
  const usage = outcome.kind === 'released' ? undefined : outcome.usage;
  const { inputTokens = 0, outputTokens = 0, cacheReadTokens = 0, estimated } = usage ?? {};
  return {
    usage: { inputTokens, outputTokens, cacheReadTokens, estimated },
    costUsd: usdFromNano(debitOf(reservedNano, outcome).costNano),
    costIsUpperBound: estimated,
  };
}

function outcomeOf(opened: OpenedSummary, answer: ModelAnswer | ModelCallError): AttemptOutcome {
  const { rates } = opened.spec;
  return answer instanceof ModelCallError
    ? outcomeOfFailure(rates, answer, ownCountOfFailure(opened, answer))
    : outcomeOfAnswer(rates, answer.usage, ownCountOfAnswer(opened, answer));
}

/** The text of a summary as it is stored: what the guardrails of answers let through, and no more than it may take. */
export async function textOf(
  answer: ModelAnswer,
  guardrails: GuardrailLayers,
  { evaluate, ask }: { readonly evaluate: Evaluate; readonly ask: Guarding['ask'] },
): Promise<{ readonly text: string } | { readonly useless: string }> {
  if (answer.finishReason === 'refusal' || answer.finishReason === 'content-filter') {
    return { useless: `model.${answer.finishReason.replace('-', '_')}` };
  }
  const written = storableText(answer.text).trim();
  if (written === '') return { useless: 'model.empty_answer' };
  // A summary is no answer that could fit a schema, and it has a bound of its own.
  const rules = compiledRules(guardrails).rules.filter(
    ({ rule }) => rule.kind !== 'answer_schema' && rule.kind !== 'size',
  );
  const { text: left, blockedBy } = await guardText(written, {
    hook: 'output',
    rules,
    ask,
    scan: createScan(evaluate),
  });
  if (blockedBy !== undefined) return { useless: `guardrail.${blockedBy.reasonCode}` };
  // A summary tells of messages and results, so secrets are replaced even where answers may hold some.
  return { text: utf8Beginning(await withoutSecrets(left, 'output', evaluate), SUMMARY_BYTES) };
}

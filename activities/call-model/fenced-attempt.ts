import type { Tx } from '../../db/database.ts';
import { type GuardrailConfigRow, readGuardrailConfig } from '../../db/queries/guardrail-config.ts';
import { attemptsOf, type ModelAttempt } from '../../db/queries/model-attempt.ts';
import { readTurn } from '../../db/queries/turn.ts';
import { plannedToolCalls } from '../call-tools/planned-tool-calls.ts';
import { behindLock, type LockedSession } from '../session/behind-lock.ts';
import type { CallModelResult, SelectionRef } from '../stage-results.ts';
import type { OpenedAttempt } from './open-attempt.ts';

/** The session under its lock, the attempt as the ledger has it by now, and what its answer is judged by. Undefined: not there. */
export async function lockAttempt(
  tx: Tx,
  ref: SelectionRef,
  opened: OpenedAttempt,
): Promise<LockedSession & { attempt: ModelAttempt | undefined; guardrails: GuardrailConfigRow }> {
  const { attempts, ...locked } = await behindLock(tx, ref.sessionId, () => ({
    attempts: attemptsOf(tx, ref.sessionId, ref.turn, ref.selection),
    guardrails: readGuardrailConfig(tx),
  }));
  return { ...locked, attempt: attempts.find((each) => each.attempt === opened.attempt.attempt) };
}

/** What is left to say for an attempt that was closed before: the answer that is stored, if one is. */
export async function resultBehindFence(tx: Tx, ref: SelectionRef): Promise<CallModelResult> {
  const turn = await readTurn(tx, ref.sessionId, ref.turn);
  if (turn?.answer == null) return { kind: 'failed', type: 'model.fenced' };
  return { kind: 'answered', toolCalls: await plannedToolCalls(tx, ref.sessionId, ref.turn) };
}

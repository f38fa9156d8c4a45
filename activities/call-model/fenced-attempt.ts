import type { Tx } from '../../db/database.ts';
import { guardrailsOfSession } from '../../db/queries/guardrail-config.ts';
import { attemptsOf, type ModelAttempt } from '../../db/queries/model-attempt.ts';
import { grantsOfSession, type SessionGrant } from '../../db/queries/required-action.ts';
import { taintOfSession } from '../../db/queries/taint.ts';
import { readTurn } from '../../db/queries/turn.ts';
import type { GuardrailLayers } from '../../domain/guardrails/effective-rules.ts';
import { plannedToolCalls } from '../call-tools/planned-tool-calls.ts';
import { behindLock, type LockedSession } from '../session/behind-lock.ts';
import type { CallModelResult, SelectionRef } from '../stage-results.ts';
import type { OpenedAttempt } from './open-attempt.ts';

/**
 * Reads, under the lock of the session, the attempt as the ledger has it by now, the rules for its answer, what somebody has
 * allowed for the session, and what brought text from outside into the conversation that it answers.
 * @returns `attempt` undefined when the ledger does not have it
 */
export async function lockAttempt(
  tx: Tx,
  ref: SelectionRef,
  opened: OpenedAttempt,
): Promise<
  LockedSession & {
    attempt: ModelAttempt | undefined;
    guardrails: GuardrailLayers;
    grants: readonly SessionGrant[];
    taintedBy: string | null;
  }
> {
  const { attempts, ...locked } = await behindLock(tx, ref, () => ({
    attempts: attemptsOf(tx, ref.sessionId, ref.turn, ref.selection),
    guardrails: guardrailsOfSession(tx, ref.sessionId),
    grants: grantsOfSession(tx, ref.sessionId),
    taintedBy: taintOfSession(tx, ref.sessionId, ref.turn),
  }));
  return { ...locked, attempt: attempts.find((each) => each.attempt === opened.attempt.attempt) };
}

/** The result of an attempt that was closed by another transaction: the stored answer, if there is one. */
export async function resultBehindFence(tx: Tx, ref: SelectionRef): Promise<CallModelResult> {
  const turn = await readTurn(tx, ref.sessionId, ref.turn);
  if (turn?.answer == null) return { kind: 'failed', type: 'model.fenced' };
  return { kind: 'answered', ...(await plannedToolCalls(tx, ref.sessionId, ref.turn)) };
}

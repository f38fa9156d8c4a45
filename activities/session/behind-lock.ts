import type { Tx } from '../../db/database.ts';
import { type Answers, inOneMessage } from '../../db/one-message.ts';
import { lockSession, type SessionRow } from '../../db/queries/session.ts';
import type { Ended, SessionOfStage } from '../stage-results.ts';

/**
 * `ended` is set when the session is over, or gone, which counts as terminated: a stage has nothing more to do then.
 */
export type LockedSession =
  | { readonly session: SessionRow; readonly ended: undefined }
  | { readonly session: SessionRow; readonly ended: Ended }
  | { readonly session: undefined; readonly ended: Ended };

type StageOfRun = Pick<SessionOfStage, 'sessionId' | 'retries'>;

/**
 * Takes the lock of a session and sends `statements` behind it, all in one message. So the statements see what the
 * holder before committed, and nobody changes the session until this transaction ends. Statements are executed in the
 * order in which they are named: one that locks a row which sessions share comes last (AGENTS.md, Traps).
 */
export async function behindLock<S extends Readonly<Record<string, unknown>>>(
  tx: Tx,
  ref: StageOfRun,
  statements: (tx: Tx) => S,
): Promise<LockedSession & Answers<S>> {
  const locked = lockedByRun(tx, ref);
  const [state, answers] = await Promise.all([locked, inOneMessage(statements(tx))]);
  return { ...state, ...answers };
}

/**
 * Takes the lock of a session for a stage. A session that was retried is over for the stages of earlier runs of its workflow: what
 * they still do is too late.
 */
export async function lockedByRun(tx: Tx, { sessionId, retries = 0 }: StageOfRun): Promise<LockedSession> {
  const locked = await lockedSession(tx, sessionId);
  const { session } = locked;
  if (session === undefined || session.retries === retries) return locked;
  return { session, ended: { kind: 'ended', reason: session.endReason ?? 'terminated' } };
}

/** Takes the lock of a session, with nothing to read behind it. */
export async function lockedSession(tx: Tx, sessionId: string): Promise<LockedSession> {
  const session = await lockSession(tx, sessionId);
  if (session === undefined) return { session, ended: { kind: 'ended', reason: 'terminated' } };
  if (session.endReason !== null) return { session, ended: { kind: 'ended', reason: session.endReason } };
  return { session, ended: undefined };
}

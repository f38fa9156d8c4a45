import type { Tx } from '../../db/database.ts';
import { lockSession, type SessionRow } from '../../db/queries/session.ts';
import {
  readSession,
  readSessionLogHead,
  type SessionLogHead,
  type SessionView,
} from '../../db/queries/session-read.ts';
import { ServiceError } from '../verb/service-error.ts';

/** Names a session. If an agent is given, the session must belong to it. */
export interface SessionRef {
  readonly sessionId: string;
  readonly agentId?: string | undefined;
}

/** Finds a session. @throws ServiceError session_not_found, also for a session of another tenant or agent (I8) */
export async function findSession(tx: Tx, ref: SessionRef): Promise<SessionView> {
  return ofAgent(await readSession(tx, ref.sessionId), ref);
}

/** Like findSession. Also takes the lock that decides every race over the session. */
export async function findAndLockSession(tx: Tx, ref: SessionRef): Promise<SessionRow> {
  return ofAgent(await lockSession(tx, ref.sessionId), ref);
}

/** Like findSession, but reads no more than what following the log needs. */
export async function findSessionLog(tx: Tx, ref: SessionRef): Promise<SessionLogHead> {
  return ofAgent(await readSessionLogHead(tx, ref.sessionId), ref);
}

function ofAgent<Row extends { readonly agentId: string }>(row: Row | undefined, ref: SessionRef): Row {
  if (row !== undefined && (ref.agentId === undefined || row.agentId === ref.agentId)) return row;
  throw new ServiceError('session_not_found', `No session "${ref.sessionId}".`);
}

/** Refuses a session that has ended. @throws ServiceError session_ended */
export function refuseEnded(session: Pick<SessionRow, 'id' | 'endReason'>): void {
  if (session.endReason === null) return;
  throw new ServiceError('session_ended', `The session has ended (${session.endReason}).`, {
    recovery: { action: 'Start a new session with POST /v1/agents/{id}/run.' },
  });
}

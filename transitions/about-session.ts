import type { SessionRow } from '../db/queries/session.ts';

/** The part of a session that its log lines name. */
export type NamedSession = Pick<SessionRow, 'id' | 'agentId' | 'requestId'>;

/** The fields by which a log line says which session it is about. */
export function aboutSession({ id, agentId, requestId }: NamedSession) {
  return { agent_id: agentId, session_id: id, request_id: requestId ?? undefined };
}

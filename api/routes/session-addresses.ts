import type { SessionRef } from '../../service/sessions/find-session.ts';
import type { Route } from '../route.ts';

/** The address of a session under its agent, and that by itself. */
export type SessionAddress = '/v1/agents/{agent_id}/sessions/{session_id}' | '/v1/sessions/{session_id}';
/** The resource of the SDKs that sends the requests. */
export type SessionSender = 'agentRuns' | 'sessions';

/** Makes the routes of a session for both of its addresses. */
export function atBothAddresses(
  routesAt: (address: SessionAddress, resource: SessionSender) => readonly Route[],
): Route[] {
  return [
    ...routesAt('/v1/agents/{agent_id}/sessions/{session_id}', 'agentRuns'),
    ...routesAt('/v1/sessions/{session_id}', 'sessions'),
  ];
}

/** The session that a path names, whether under its agent or by itself. */
export function sessionRef(params: { session_id: string; agent_id?: string }): SessionRef {
  const { session_id: sessionId, agent_id: agentId } = params;
  return { sessionId, agentId };
}

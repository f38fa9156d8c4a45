import { sessionDiffQuerySchema, sessionDiffSchema } from '../../contract/session-diff.ts';
import { diffSessions } from '../../service/sessions/diff-sessions.ts';
import { json, type Route, route } from '../route.ts';
import { sessionRef } from './runs.ts';

const tag = 'Sessions';

/** Routes that compare sessions and make further ones of them, under the agent and by themselves. */
export function sessionCopyRoutes(): Route[] {
  return [
    ...routesAt('/v1/agents/{agent_id}/sessions/{session_id}', 'agentRuns'),
    ...routesAt('/v1/sessions/{session_id}', 'sessions'),
  ];
}

function routesAt<const Base extends '/v1/agents/{agent_id}/sessions/{session_id}' | '/v1/sessions/{session_id}'>(
  base: Base,
  resource: 'agentRuns' | 'sessions',
): Route[] {
  return [
    route({
      method: 'get',
      path: `${base}/diff`,
      operationId: `${resource}.diff`,
      tag,
      scope: 'read',
      summary: 'Compare a session with another one, turn by turn',
      query: sessionDiffQuerySchema,
      responses: { 200: { description: 'A page of turns, in order.', schema: sessionDiffSchema } },
      errors: ['session_not_found', 'invalid_cursor'],
      handle: async ({ ctx, params, query }) =>
        json(await diffSessions({ ctx, input: { ...sessionRef(params), query } })),
    }),
  ];
}

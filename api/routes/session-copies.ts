import { sessionSchema } from '../../contract/runs.ts';
import { sessionDiffQuerySchema, sessionDiffSchema } from '../../contract/session-diff.ts';
import { replayRequestSchema } from '../../contract/session-replay.ts';
import { diffSessions } from '../../service/sessions/diff-sessions.ts';
import { replaySession } from '../../service/sessions/replay-session.ts';
import { json, type Route, route } from '../route.ts';
import { NOT_RUNNABLE } from './not-runnable.ts';
import { atBothAddresses, type SessionAddress, type SessionSender, sessionRef } from './session-addresses.ts';

const tag = 'Sessions';

/** Routes that compare sessions and make further ones of them, under the agent and by themselves. */
export function sessionCopyRoutes(): Route[] {
  return atBothAddresses(routesAt);
}

function routesAt(base: SessionAddress, resource: SessionSender): Route[] {
  return [
    route({
      method: 'post',
      path: `${base}/replay`,
      operationId: `${resource}.replay`,
      tag,
      scope: 'run',
      summary: 'Give the messages of an ended session to a new one, with the recorded results of its tool calls',
      body: replayRequestSchema,
      bodyExamples: {
        recorded: { models: 'recorded' },
        other: { models: ['claude-haiku-4-5'], on_missing: 'error_result' },
      },
      bodyOptional: true,
      responses: { 201: { description: 'The new session.', schema: sessionSchema } },
      errors: ['session_not_found', 'session_not_ended', 'session_not_replayable', ...NOT_RUNNABLE],
      handle: async ({ ctx, params, body }) =>
        json(await replaySession({ ctx, input: { ...sessionRef(params), body: (await body()) ?? {} } }), 201),
    }),
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

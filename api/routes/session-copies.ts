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
        other: { models: ['claude-haiku-4-5'], on_missing: 'error_result', seed: 7 },
        fromTurn: { from_turn: 1, context: { soul: { 'SOUL.md': 'You are terse.' } } },
        stricter: { policy: { policies: [{ tool_name: 'workspace_write', allowed: false }] } },
      },
      bodyOptional: true,
      responses: {
        201: {
          description: 'The new session.',
          schema: sessionSchema,
          headers: { 'x-session-id': 'The id of the new session.', Location: 'The address of the new session.' },
        },
      },
      errors: [
        'session_not_found',
        'session_not_ended',
        'session_not_replayable',
        'message_too_large',
        'unknown_tool',
        ...NOT_RUNNABLE,
      ],
      async handle({ ctx, params, body }) {
        const input = { ...sessionRef(params), body: (await body()) ?? {} };
        const replay = await replaySession({ ctx, input });
        const location = `/v1/agents/${replay.agent_id}/sessions/${replay.id}`;
        return json(replay, 201, { 'x-session-id': replay.id, location });
      },
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

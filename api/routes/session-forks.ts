import { pageQuerySchema } from '../../contract/fields.ts';
import { forkRequestSchema, sessionPageSchema, sessionSchema } from '../../contract/runs.ts';
import { forkSession, forksOfSession } from '../../service/sessions/fork-session.ts';
import { json, type Route, route } from '../route.ts';
import { NOT_RUNNABLE } from './not-runnable.ts';
import { atBothAddresses, type SessionAddress, type SessionSender, sessionRef } from './session-addresses.ts';

const tag = 'Sessions';

/** Routes that begin a session with the transcript of another, and that list such sessions. */
export function sessionForkRoutes(): Route[] {
  return atBothAddresses(forksAt);
}

function forksAt(base: SessionAddress, resource: SessionSender): Route[] {
  return [
    route({
      method: 'post',
      path: `${base}/fork`,
      operationId: `${resource}.fork`,
      tag,
      scope: 'run',
      summary: 'Start a session that begins with the transcript of this one, up to a turn',
      body: forkRequestSchema,
      bodyExamples: {
        other: { from_turn: 0, message: 'Try it with fewer sources' },
        asAnother: { from_turn: 0, context: { soul: { 'SOUL.md': 'You are terse.' } } },
        again: { from_turn: 0, max_turns: 5, budget_cap_usd: 1 },
      },
      responses: {
        201: {
          description: 'The fork.',
          schema: sessionSchema,
          headers: { 'x-session-id': 'The id of the fork.', Location: 'The address of the fork.' },
        },
      },
      errors: ['session_not_found', 'turn_not_finished', 'message_too_large', 'unknown_tool', ...NOT_RUNNABLE],
      async handle({ ctx, params, body }) {
        const fork = await forkSession({ ctx, input: { ...sessionRef(params), body: await body() } });
        const location = `/v1/agents/${fork.agent_id}/sessions/${fork.id}`;
        return json(fork, 201, { 'x-session-id': fork.id, location });
      },
    }),
    route({
      method: 'get',
      path: `${base}/forks`,
      operationId: `${resource}.forks`,
      tag,
      scope: 'read',
      summary: 'List the forks of a session, newest first',
      query: pageQuerySchema,
      responses: { 200: { description: 'A page of sessions.', schema: sessionPageSchema } },
      errors: ['session_not_found', 'invalid_cursor'],
      handle: async ({ ctx, params, query }) =>
        json(await forksOfSession({ ctx, input: { ...sessionRef(params), query } })),
    }),
  ];
}

import { z } from 'zod';
import type { ErrorCode } from '../../contract/error.ts';
import { runQuerySchema } from '../../contract/events.ts';
import { interruptExample, messageExample, runExample } from '../../contract/examples.ts';
import { inboxEventSchema, inboxReceiptSchema } from '../../contract/inbox.ts';
import { runRequestSchema, sessionSchema } from '../../contract/runs.ts';
import { meaningOfEvent, meaningOfRun } from '../../service/sessions/meaning-of-message.ts';
import { postEvent } from '../../service/sessions/post-event.ts';
import { besidesTheLog, openLog } from '../../service/sessions/session-log.ts';
import { startRun } from '../../service/sessions/start-run.ts';
import { requireStream } from '../../service/tenants/require-stream.ts';
import { parseInput } from '../../service/verb/parse.ts';
import type { EventHub } from '../event-hub.ts';
import { eventStreamResponse } from '../event-stream.ts';
import { json, type Prepared, type Route, type RouteRequest, route } from '../route.ts';
import { isReplayed } from '../serve-once.ts';
import { NOT_RUNNABLE } from './not-runnable.ts';
import { sessionRef } from './session-addresses.ts';

/** The codes that refuse an event which answers what a tool call waits for. */
const NOT_ANSWERED = [
  'no_such_tool_use',
  'session_interrupted',
  'already_answered',
  'approval_expired',
  'policy_outranked',
] as const satisfies ErrorCode[];
/** The codes that refuse a message for its size. */
const TOO_LARGE = ['message_too_large', 'image_too_large', 'too_many_images'] as const satisfies ErrorCode[];

/** The codes that the verb which starts a session refuses with. */
const REFUSALS = [...TOO_LARGE, 'unknown_tool', ...NOT_RUNNABLE] as const satisfies ErrorCode[];

/** Routes that start sessions and steer them. */
export function runRoutes(hub: EventHub): Route[] {
  const where = { 'x-session-id': 'The id of the session.', Location: 'The address of the session.' };
  const session = (description: string, headers = {}) => ({
    description,
    schema: sessionSchema,
    headers: { ...where, ...headers },
  });

  const starting = {
    tag: 'Runs',
    scope: 'run' as const,
    body: runRequestSchema,
    bodyExamples: { run: runExample },
    prepare: ({ ctx, params, body }: Prepared<'/v1/agents/{agent_id}'>) => meaningOfRun(ctx, params.agent_id, body),
  };

  return [
    route({
      method: 'post',
      path: '/v1/agents/{agent_id}/run',
      operationId: 'agentRuns.run',
      ...starting,
      summary: 'Start a session and stream its events',
      query: runQuerySchema,
      headers: z.object({
        Prefer: z
          .string()
          .optional()
          .describe('With `respond-async` the answer is 202 and the session, and nothing is streamed.'),
      }),
      responses: {
        200: { description: 'The events of the session, as they happen.', eventStream: true, headers: where },
        202: session('With `Prefer: respond-async`: the session.', { 'Preference-Applied': '`respond-async`.' }),
      },
      // A replay may find that its session was erased.
      errors: [...REFUSALS, 'session_not_found'],
      handle(request) {
        // A bad query, and one stream too many, must be refused before the session is made.
        parseInput(runQuerySchema, request.query);
        if (!prefersAsync(request.header('prefer'))) requireStream(request.ctx);
        return start(request, 202);
      },
      async present({ ctx, query, header }, answer) {
        if (prefersAsync(header('prefer'))) {
          answer.headers.set('preference-applied', 'respond-async');
          return answer;
        }
        const sessionId = answer.headers.get('x-session-id') ?? '';
        // For a replay nothing was checked yet. It follows a session of any age, which may have been erased.
        if (isReplayed(answer)) {
          requireStream(ctx);
          await openLog({ ctx, input: { sessionId, cursor: undefined, query: {} } });
        }
        const { include = [] } = parseInput(runQuerySchema, query);
        const { tenantId, keyId, keyExpiresAt, requestId } = ctx;
        const beside = besidesTheLog(include, {});
        const log = {
          tenantId,
          keyId,
          keyExpiresAt,
          requestId,
          sessionId,
          afterSeq: 0,
          types: null,
          ...beside,
          complete: false,
        };
        const { 'content-type': _, ...headers } = Object.fromEntries(answer.headers);
        return eventStreamResponse(hub, log, headers);
      },
    }),
    route({
      method: 'post',
      path: '/v1/agents/{agent_id}/sessions',
      operationId: 'agentRuns.create',
      ...starting,
      summary: 'Start a session without following it',
      responses: { 201: session('The session.') },
      errors: REFUSALS,
      handle: (request) => start(request, 201),
    }),
    ...(
      [
        ['/v1/agents/{agent_id}/sessions/{session_id}/events', 'agentRuns.sendEvent'],
        ['/v1/sessions/{session_id}/events', 'sessions.sendEvent'],
      ] as const
    ).map(([path, operationId]) =>
      route({
        method: 'post',
        path,
        operationId,
        tag: 'Runs',
        scope: 'run',
        summary: 'Steer a session: a message, an interrupt, a confirmation',
        body: inboxEventSchema,
        bodyExamples: { message: messageExample, interrupt: interruptExample },
        responses: {
          202: { description: 'Stored. The agent reads it at the next turn boundary.', schema: inboxReceiptSchema },
        },
        errors: [
          'session_not_found',
          'session_ended',
          'session_is_replay',
          'turn_passed',
          'unknown_event_type',
          ...TOO_LARGE,
          ...NOT_ANSWERED,
        ],
        prepare: ({ ctx, params, body }) => meaningOfEvent(ctx, params.session_id, body),
        async handle({ ctx, params, body }) {
          return json(await postEvent({ ctx, input: { ...sessionRef(params), body: await body() } }), 202);
        },
      }),
    ),
  ];
}

/** Both routes that start a session do it so. They differ in what the client is shown. */
async function start(
  { ctx, params, body }: Pick<RouteRequest<'/v1/agents/{agent_id}'>, 'ctx' | 'params' | 'body'>,
  status: 201 | 202,
): Promise<Response> {
  const session = await startRun({ ctx, input: { agentId: params.agent_id, body: await body() } });
  const location = `/v1/agents/${session.agent_id}/sessions/${session.id}`;
  return json(session, status, { 'x-session-id': session.id, location });
}

function prefersAsync(prefer: string | undefined): boolean {
  return prefer?.split(',').some((preference) => preference.trim().toLowerCase() === 'respond-async') ?? false;
}

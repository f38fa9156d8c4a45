import { z } from 'zod';
import { turnContextQuerySchema } from '../../contract/context.ts';
import { eventPageSchema, eventQuerySchema } from '../../contract/events.ts';
import { deletedSchema, pageQuerySchema } from '../../contract/fields.ts';
import { imageMediaTypeSchema } from '../../contract/images.ts';
import { fileMediaTypeSchema } from '../../contract/result-files.ts';
import {
  sessionPageSchema,
  sessionPatchSchema,
  sessionSchema,
  transcriptSchema,
  turnContextSchema,
  turnDecisionSchema,
} from '../../contract/runs.ts';
import { sessionCountQuerySchema, sessionCountSchema, sessionListQuerySchema } from '../../contract/session-filter.ts';
import { turnTimesSchema } from '../../contract/turn-times.ts';
import { whySchema } from '../../contract/why.ts';
import { readArtifact } from '../../service/sessions/artifacts.ts';
import { countSessions, listSessions } from '../../service/sessions/list-sessions.ts';
import { readTranscript } from '../../service/sessions/read-transcript.ts';
import { listEvents, openLog } from '../../service/sessions/session-log.ts';
import { deleteSession, getSession, patchSession } from '../../service/sessions/sessions.ts';
import { readTurnContext, readTurnDecision } from '../../service/sessions/turn-records.ts';
import { readTurnTimes } from '../../service/sessions/turn-times.ts';
import { whySession } from '../../service/sessions/why/why-session.ts';
import { requireStream } from '../../service/tenants/require-stream.ts';
import { artifactResponse } from '../artifact-response.ts';
import type { EventHub } from '../event-hub.ts';
import { eventListResponse } from '../event-list.ts';
import { eventStreamResponse, wantsEventStream } from '../event-stream.ts';
import { json, type Route, route } from '../route.ts';
import { atBothAddresses, type SessionAddress, type SessionSender, sessionRef } from './session-addresses.ts';

const tag = 'Sessions';

/** Routes that read and change sessions, each under its agent and by itself. */
export function sessionRoutes(hub: EventHub): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/sessions',
      operationId: 'sessions.list',
      tag,
      scope: 'read',
      summary: 'List the sessions of all agents that filters find, newest first',
      query: sessionListQuerySchema,
      responses: { 200: { description: 'A page of sessions.', schema: sessionPageSchema } },
      errors: ['invalid_cursor'],
      handle: async ({ ctx, query }) => json(await listSessions({ ctx, input: { query } })),
    }),
    route({
      method: 'get',
      path: '/v1/agents/{agent_id}/sessions',
      operationId: 'agentRuns.list',
      tag,
      scope: 'read',
      summary: 'List the sessions of an agent that filters find, newest first',
      query: sessionListQuerySchema,
      responses: { 200: { description: 'A page of sessions.', schema: sessionPageSchema } },
      errors: ['agent_not_found', 'invalid_cursor'],
      handle: async ({ ctx, query, params }) =>
        json(await listSessions({ ctx, input: { query, agentId: params.agent_id } })),
    }),
    route({
      method: 'get',
      path: '/v1/sessions/count',
      operationId: 'sessions.count',
      tag,
      scope: 'read',
      summary: 'Count the sessions that filters find, in all or by a value that they have',
      query: sessionCountQuerySchema,
      responses: { 200: { description: 'How many there are.', schema: sessionCountSchema } },
      handle: async ({ ctx, query }) => json(await countSessions({ ctx, input: { query } })),
    }),
    ...atBothAddresses((base, resource) => routesAt(hub, base, resource)),
  ];
}

function routesAt(hub: EventHub, base: SessionAddress, resource: SessionSender): Route[] {
  const session = { description: 'The session.', schema: sessionSchema };
  return [
    route({
      method: 'get',
      path: base,
      operationId: `${resource}.get`,
      tag,
      scope: 'read',
      summary: 'Read a session',
      responses: { 200: session },
      errors: ['session_not_found'],
      handle: async ({ ctx, params }) => json(await getSession({ ctx, input: sessionRef(params) })),
    }),
    route({
      method: 'get',
      path: `${base}/why`,
      operationId: `${resource}.why`,
      tag,
      scope: 'read',
      summary: 'Say why a session stands where it stands, and what would have it go on',
      responses: { 200: { description: 'One sentence, and its parts as data.', schema: whySchema } },
      errors: ['session_not_found'],
      handle: async ({ ctx, params }) => json(await whySession({ ctx, input: sessionRef(params) })),
    }),
    route({
      method: 'patch',
      path: base,
      operationId: `${resource}.update`,
      tag,
      scope: 'run',
      summary: 'Change the cap, the turns or the metadata of a live session',
      body: sessionPatchSchema,
      bodyExamples: { budget: { budget_cap_usd: 5, max_turns: 20 } },
      responses: { 200: session },
      errors: ['session_not_found', 'session_ended'],
      handle: async ({ ctx, params, body }) =>
        json(await patchSession({ ctx, input: { ...sessionRef(params), body: await body() } })),
    }),
    route({
      method: 'delete',
      path: base,
      operationId: `${resource}.delete`,
      tag,
      scope: 'admin',
      summary: 'Erase an ended session',
      responses: { 200: { description: 'Erased.', schema: deletedSchema } },
      errors: ['session_not_found', 'session_not_ended'],
      handle: async ({ ctx, params }) => json(await deleteSession({ ctx, input: sessionRef(params) })),
    }),
    route({
      method: 'get',
      path: `${base}/events`,
      operationId: `${resource}.listEvents`,
      tag,
      scope: 'read',
      summary: 'Read the event log: a list, or the live stream with `Accept: text/event-stream`',
      query: eventQuerySchema,
      headers: z.object({
        'Last-Event-ID': z
          .string()
          .optional()
          .describe('For a stream: the id after which it goes on; wins over the query.'),
      }),
      responses: {
        200: {
          description: 'A page of events, oldest first, or the stream.',
          schema: eventPageSchema,
          eventStream: true,
        },
      },
      errors: ['session_not_found', 'invalid_cursor'],
      async handle({ ctx, params, query, header }) {
        const ref = sessionRef(params);
        if (!wantsEventStream(header('accept')))
          return eventListResponse(await listEvents({ ctx, input: { ...ref, query } }));
        requireStream(ctx);
        // A browser resumes with the header and the address that it began with: the header is newer.
        const cursor = header('last-event-id') ?? query.cursor ?? query.after;
        const { status, lastSeq, ...log } = await openLog({ ctx, input: { ...ref, cursor, query } });
        const complete = status === 'ended' && log.afterSeq >= lastSeq;
        const { tenantId, keyId, keyExpiresAt, requestId } = ctx;
        return eventStreamResponse(hub, {
          tenantId,
          keyId,
          keyExpiresAt,
          requestId,
          sessionId: ref.sessionId,
          ...log,
          complete,
        });
      },
    }),
    route({
      method: 'get',
      path: `${base}/transcript`,
      operationId: `${resource}.transcript`,
      tag,
      scope: 'read',
      summary: 'Read the conversation, a page of turns at a time',
      query: pageQuerySchema,
      responses: { 200: { description: 'Messages, oldest first.', schema: transcriptSchema } },
      errors: ['session_not_found', 'invalid_cursor'],
      handle: async ({ ctx, params, query }) =>
        json(await readTranscript({ ctx, input: { ...sessionRef(params), query } })),
    }),
    route({
      method: 'get',
      path: `${base}/turns/{turn}`,
      operationId: `${resource}.turn`,
      tag,
      scope: 'read',
      summary: 'Show where the time of a turn went: its stages, requests to models and tool calls',
      responses: { 200: { description: 'The times.', schema: turnTimesSchema } },
      errors: ['session_not_found', 'turn_not_found'],
      handle: async ({ ctx, params }) =>
        json(await readTurnTimes({ ctx, input: { ...sessionRef(params), turn: params.turn } })),
    }),
    route({
      method: 'get',
      path: `${base}/turns/{turn}/decision`,
      operationId: `${resource}.turnDecision`,
      tag,
      scope: 'read',
      summary: 'Explain why a turn was given its model, and what it cost',
      responses: { 200: { description: 'The decision.', schema: turnDecisionSchema } },
      errors: ['session_not_found', 'turn_not_found'],
      handle: async ({ ctx, params }) =>
        json(await readTurnDecision({ ctx, input: { ...sessionRef(params), turn: params.turn } })),
    }),
    route({
      method: 'get',
      path: `${base}/turns/{turn}/context`,
      operationId: `${resource}.turnContext`,
      tag,
      scope: 'read',
      summary: 'Show what a turn read, source by source, and what changed since an earlier turn',
      query: turnContextQuerySchema,
      responses: { 200: { description: 'The context.', schema: turnContextSchema } },
      errors: ['session_not_found', 'turn_not_found'],
      handle: async ({ ctx, params, query }) =>
        json(await readTurnContext({ ctx, input: { ...sessionRef(params), turn: params.turn, query } })),
    }),
    route({
      method: 'get',
      path: `${base}/artifacts/{artifact_id}`,
      operationId: `${resource}.artifact`,
      tag,
      scope: 'read',
      summary:
        'Read an image or a file of a tool, or the whole of a tool result of which the model was given only the beginning',
      responses: {
        200: {
          description:
            'The image or the file as it was sent, or the text without secrets. If the text was longer than what is kept, its last line says so.',
          plainText: true,
          binary: [...imageMediaTypeSchema.options, ...fileMediaTypeSchema.options],
          headers: { 'Content-Disposition': 'A name for the file.' },
        },
      },
      errors: ['session_not_found', 'artifact_not_found'],
      async handle({ ctx, params }) {
        const input = { ...sessionRef(params), artifactId: params.artifact_id };
        return artifactResponse(await readArtifact({ ctx, input }));
      },
    }),
  ];
}

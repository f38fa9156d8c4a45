import { profileSchema, terminatedSessionsSchema } from '../../contract/agents.ts';
import { retryRequestSchema, rewindRequestSchema, rewoundSessionSchema, sessionSchema } from '../../contract/runs.ts';
import { pauseAgent, resumeAgent, terminateSessionsOfAgent } from '../../service/agents/agent-sessions.ts';
import { pauseSession, resumeSession } from '../../service/sessions/pause-session.ts';
import { retrySession } from '../../service/sessions/retry-session.ts';
import { rewindSession } from '../../service/sessions/rewind-session.ts';
import { terminateSession } from '../../service/sessions/terminate-session.ts';
import { json, type Route, route } from '../route.ts';
import { NOT_RUNNABLE } from './not-runnable.ts';
import { atBothAddresses, type SessionAddress, type SessionSender, sessionRef } from './session-addresses.ts';

const tag = 'Sessions';
const session = { description: 'The session.', schema: sessionSchema };
const profile = { description: 'The agent.', schema: profileSchema };

/** Routes that operate a session, under its agent and by itself, and those that operate all sessions of an agent. */
export function sessionVerbRoutes(): Route[] {
  return [
    ...atBothAddresses(verbsAt),
    route({
      method: 'post',
      path: '/v1/agents/{agent_id}/sessions/terminate',
      operationId: 'agentRuns.terminateAll',
      tag,
      scope: 'admin',
      summary: 'End the live sessions of an agent at once, whatever they are doing',
      responses: { 200: { description: 'How many have ended.', schema: terminatedSessionsSchema } },
      errors: ['agent_not_found'],
      handle: async ({ ctx, params }) =>
        json(await terminateSessionsOfAgent({ ctx, input: { agentId: params.agent_id } })),
    }),
    route({
      method: 'post',
      path: '/v1/agents/{agent_id}/sessions/pause',
      operationId: 'agentRuns.pauseAll',
      tag,
      scope: 'admin',
      summary: 'Have all sessions of an agent pause, also those that are started meanwhile',
      responses: { 200: profile },
      errors: ['agent_not_found'],
      handle: async ({ ctx, params }) => json(await pauseAgent({ ctx, input: { agentId: params.agent_id } })),
    }),
    route({
      method: 'post',
      path: '/v1/agents/{agent_id}/sessions/resume',
      operationId: 'agentRuns.resumeAll',
      tag,
      scope: 'admin',
      summary: 'Have the sessions of a paused agent go on, but for those that are paused by themselves',
      responses: { 200: profile },
      errors: ['agent_not_found', 'tenant_paused'],
      handle: async ({ ctx, params }) => json(await resumeAgent({ ctx, input: { agentId: params.agent_id } })),
    }),
  ];
}

function verbsAt(base: SessionAddress, resource: SessionSender): Route[] {
  return [
    route({
      method: 'post',
      path: `${base}/terminate`,
      operationId: `${resource}.terminate`,
      tag,
      scope: 'run',
      summary: 'End a live session at once, whatever it is doing',
      responses: { 200: { description: 'The ended session.', schema: sessionSchema } },
      errors: ['session_not_found', 'session_ended'],
      handle: async ({ ctx, params }) => json(await terminateSession({ ctx, input: sessionRef(params) })),
    }),
    route({
      method: 'post',
      path: `${base}/retry`,
      operationId: `${resource}.retry`,
      tag,
      scope: 'run',
      summary: 'Have an ended session go on, as the same session',
      body: retryRequestSchema,
      bodyExamples: { again: {}, turn: { from: 'last_turn' }, more: { budget_cap_usd: 5, max_turns: 20 } },
      bodyOptional: true,
      responses: { 200: session },
      errors: [
        'session_not_found',
        'session_not_ended',
        'session_completed',
        'session_is_replay',
        'turns_used_up',
        'effect_unknown',
        'effects_executed',
        ...NOT_RUNNABLE,
      ],
      handle: async ({ ctx, params, body }) =>
        json(await retrySession({ ctx, input: { ...sessionRef(params), body: (await body()) ?? {} } })),
    }),
    route({
      method: 'post',
      path: `${base}/rewind`,
      operationId: `${resource}.rewind`,
      tag,
      scope: 'run',
      summary: 'Take an idle or ended session back to the end of a turn, in place',
      body: rewindRequestSchema,
      bodyExamples: { back: { to_turn: 0 }, more: { to_turn: 0, max_turns: 20 } },
      responses: {
        200: { description: 'The session, and the effects that nothing takes back.', schema: rewoundSessionSchema },
      },
      errors: [
        'session_not_found',
        'session_running',
        'turn_not_finished',
        'session_is_replay',
        'turns_used_up',
        ...NOT_RUNNABLE,
      ],
      handle: async ({ ctx, params, body }) =>
        json(await rewindSession({ ctx, input: { ...sessionRef(params), body: await body() } })),
    }),
    route({
      method: 'post',
      path: `${base}/pause`,
      operationId: `${resource}.pause`,
      tag,
      scope: 'run',
      summary: 'Have a live session pause at its next boundary',
      responses: { 200: session },
      errors: ['session_not_found', 'session_ended'],
      handle: async ({ ctx, params }) => json(await pauseSession({ ctx, input: sessionRef(params) })),
    }),
    route({
      method: 'post',
      path: `${base}/resume`,
      operationId: `${resource}.resume`,
      tag,
      scope: 'run',
      summary: 'Have a paused session go on',
      responses: { 200: session },
      errors: ['session_not_found', 'session_ended', 'agent_paused', 'tenant_paused'],
      handle: async ({ ctx, params }) => json(await resumeSession({ ctx, input: sessionRef(params) })),
    }),
  ];
}

import { describe, expect, test } from 'vitest';
import type { WaitsFor } from '../../../contract/why.ts';
import type { SessionView } from '../../../db/queries/session-read.ts';
import type { LastTurn, StandingOfSession } from '../../../db/queries/session-why.ts';
import { whyEnded } from '../../../service/sessions/why/ended.ts';
import type { Facts, Told } from '../../../service/sessions/why/facts.ts';
import { whyIdle } from '../../../service/sessions/why/idle.ts';
import { whyRunning } from '../../../service/sessions/why/running.ts';
import {
  ago,
  agoMs,
  asked,
  call,
  called,
  dispatched,
  failed,
  NOW,
  notTaken,
  open,
  selection,
  standing,
  taken,
  turn,
  view,
} from './why-facts.ts';

interface Case {
  readonly lastTurn?: LastTurn | null;
  readonly standing?: Partial<StandingOfSession>;
  readonly session?: Partial<SessionView>;
  readonly facts?: Partial<Facts>;
  readonly waitsFor: WaitsFor;
  readonly says: RegExp;
  readonly causes?: readonly string[];
  readonly unknown?: number;
  /** What would have it go on. */
  readonly by?: readonly string[];
}

const factsOf = (each: Case): Facts => ({
  session: { ...view, ...each.session },
  standing: { ...standing, lastTurn: each.lastTurn ?? null, ...each.standing },
  outages: [],
  providerIds: new Map([['openai', 'prov_1']]),
  workflow: open([], taken),
  polled: undefined,
  ...each.facts,
});

function check(told: Told, each: Case): void {
  expect(told.sentence).toMatch(each.says);
  expect({
    waitsFor: told.waits_for,
    causes: (told.causes ?? []).map(({ code }) => code),
    unknown: told.unknown?.length ?? 0,
    by: (told.unblocked_by ?? []).map(({ method, path }) => `${method} ${path}`),
  }).toEqual({ waitsFor: each.waitsFor, causes: each.causes ?? [], unknown: each.unknown ?? 0, by: each.by ?? [] });
}

const outage = {
  provider: 'openai',
  model: '',
  connection: null,
  type: 'model.rate_limited',
  message: 'Too fast.',
  until: new Date(NOW.getTime() + 30_000),
};

const running: Readonly<Record<string, Case>> = {
  'just made': {
    standing: { startedAt: null, lastEventAt: agoMs(100) },
    facts: { workflow: { kind: 'closed' } },
    ...{ waitsFor: 'nothing', says: /about to start/ },
  },
  'not started, and nobody polls': {
    standing: { startedAt: null },
    facts: { workflow: { kind: 'closed' }, polled: false },
    ...{ waitsFor: 'worker', says: /has not been started\. No worker polls/ },
  },
  'not started, Temporal away': {
    standing: { startedAt: null },
    facts: { workflow: { kind: 'away' } },
    ...{ waitsFor: 'temporal', says: /Temporal does not answer/, unknown: 1 },
  },
  'context, taken by a worker': { waitsFor: 'nothing', says: /reads messages and context of turn 2/ },
  'context, and no worker takes it': {
    facts: { workflow: open([], notTaken), polled: true },
    ...{ waitsFor: 'worker', says: /No worker has taken its next step/, unknown: 1 },
  },
  'context, and no worker polls': {
    facts: { workflow: open([], notTaken), polled: false },
    ...{ waitsFor: 'worker', says: /No worker polls the task queue/ },
  },
  'context, workflow gone': {
    facts: { workflow: { kind: 'closed' }, polled: true },
    ...{ waitsFor: 'worker', says: /closed or gone/, causes: ['workflow_lost'] },
  },
  'a guardrail provider is asked and fails': {
    facts: {
      workflow: open([
        { stage: 'askAboutInput', state: 'backing_off', attempt: 3, lastFailure: 'guardrail.away', nextAt: NOW },
      ]),
    },
    ...{ waitsFor: 'nothing', says: /failed \(guardrail\.away\).*third time/, causes: ['guardrail.away'] },
  },
  selecting: { lastTurn: turn, waitsFor: 'nothing', says: /chooses a model for turn 2/ },
  counting: { lastTurn: { ...turn, counting: true }, waitsFor: 'nothing', says: /counts the prompt/ },
  'a place among the calls to models': {
    lastTurn: { ...turn, waits: { for: 'place', since: ago(3_000), look: ago(-2_000) } },
    facts: { workflow: open() },
    ...{ waitsFor: 'place', says: /waits for a place/ },
  },
  'money that others hold': {
    lastTurn: { ...turn, waits: { for: 'money_release', since: ago(3_000), look: ago(-2_000) } },
    facts: { workflow: open() },
    ...{ waitsFor: 'money_release', says: /hold reserved/, by: ['PUT /v1/budget/limits'] },
  },
  'every model out, after one failed in this turn': {
    lastTurn: { ...turn, selections: [failed], waits: { for: 'model_up', since: ago(3_000), look: ago(-2_000) } },
    facts: { workflow: open(), outages: [outage] },
    waitsFor: 'model_up',
    says: /Every model that turn 2 may use is out.*2026-11-30T21:00:30/,
    causes: ['model.rate_limited', 'model.quota_exhausted'],
    by: ['PATCH /v1/providers/prov_1', 'POST /v1/providers/prov_1/test'],
  },
  'a model answers': {
    lastTurn: asked,
    facts: { workflow: open([{}]) },
    ...{ waitsFor: 'model_answer', says: /small of openai has been asked/ },
  },
  'a model answers after another one failed': {
    lastTurn: {
      ...asked,
      selections: [failed, { ...selection, selection: 1 }],
      attempts: [
        { ...dispatched, state: 'released' },
        { ...dispatched, selection: 1 },
      ],
    },
    facts: { workflow: open([{}]) },
    ...{ waitsFor: 'model_answer', says: /1 models failed before/, causes: ['model.quota_exhausted'] },
  },
  'a model was asked, and its worker is silent': {
    lastTurn: asked,
    facts: { workflow: open([{ lastHeartbeatAt: agoMs(8_000) }]) },
    ...{ waitsFor: 'model_answer', says: /has been asked/, unknown: 1 },
  },
  'a model was asked, its worker died, and no other one takes it': {
    lastTurn: asked,
    facts: { workflow: open([{ state: 'waiting', attempt: 2, lastFailure: 'heartbeat' }]), polled: true },
    ...{ waitsFor: 'worker', says: /No worker has taken/, causes: ['worker.lost'], unknown: 1 },
  },
  'a model answers while Temporal is away': {
    lastTurn: asked,
    facts: { workflow: { kind: 'away' } },
    ...{ waitsFor: 'model_answer', says: /has been asked/, unknown: 1 },
  },
  'a request waits for a place': {
    lastTurn: { ...asked, attempts: [{ ...dispatched, state: 'reserved', dispatchedAt: null }] },
    facts: { workflow: open() },
    ...{ waitsFor: 'place', says: /The request to the model waits for a place/ },
  },
  'a tool is called': {
    lastTurn: called,
    facts: { workflow: open([{ stage: 'callTool' }]) },
    ...{ waitsFor: 'tool_result', says: /result of tickets_open/ },
  },
  'a tool is to be called, and has no place': {
    lastTurn: { ...called, calls: [{ ...call, state: 'intended', dispatchedAt: null }] },
    facts: { workflow: open() },
    ...{ waitsFor: 'place', says: /call of the tool waits for a place/ },
  },
  'all has its result': {
    lastTurn: { ...called, calls: [{ ...call, state: 'succeeded', finishedAt: ago(100) }] },
    ...{ waitsFor: 'nothing', says: /counts turn 2/ },
  },
  'interrupted and to pause': {
    lastTurn: asked,
    standing: { interrupted: true, agentPausedBy: 'key_1' },
    facts: { workflow: open([{}]) },
    ...{ waitsFor: 'model_answer', says: /An interrupt has been sent.*It is to pause/ },
  },
};

const pendingOf = (kind: StandingOfSession['pending'][number]['kind']) => ({
  pending: [{ id: 'apr_1', kind, toolCallId: 'call_1', toolName: 'pay', expiresAt: ago(-60_000) }],
});
const budget = { account: 'run', spentUsd: 1, capUsd: 1.2, neededUsd: 0.4 } as const;
const events = ['POST /v1/sessions/sess_1/events'];

const idle: Readonly<Record<string, Case>> = {
  'for a message': { waitsFor: 'message', says: /waits for a message until 2026-11-30T21:29:51/, by: events },
  'a message came just now': {
    standing: { unread: 1, oldestUnreadAt: ago(50) },
    ...{ waitsFor: 'nothing', says: /about to go on/ },
  },
  'a message came, and nobody reads it': {
    standing: { unread: 1, oldestUnreadAt: ago(5_000) },
    facts: { polled: false },
    ...{ waitsFor: 'worker', says: /No worker polls/ },
  },
  'a message came, and Temporal is away': {
    standing: { unread: 1, oldestUnreadAt: ago(5_000) },
    facts: { workflow: { kind: 'away' } },
    ...{ waitsFor: 'temporal', says: /Temporal does not answer/ },
  },
  'for an approval': {
    session: { idleCause: 'requires_action' },
    standing: pendingOf('approval'),
    ...{ waitsFor: 'person', says: /pay \(approval\)/, by: events },
  },
  'for a form': {
    session: { idleCause: 'requires_action' },
    standing: pendingOf('form'),
    ...{ waitsFor: 'person', says: /pay \(form\)/, by: events },
  },
  'for what became of a call': {
    session: { idleCause: 'requires_action' },
    standing: pendingOf('effect_unknown'),
    ...{ waitsFor: 'person', says: /pay \(effect_unknown\)/, by: events },
  },
  'for money of the run': {
    session: { idleCause: 'budget', budget },
    ...{
      waitsFor: 'money',
      says: /spent \$1 of \$1\.2, and the next request needs \$0\.4/,
      by: ['PATCH /v1/sessions/sess_1'],
    },
  },
  'for money of the day': {
    session: { idleCause: 'budget', budget: { ...budget, account: 'agent_day' } },
    ...{ waitsFor: 'money', says: /The agent's day has spent/, by: ['PUT /v1/budget/limits'] },
  },
  paused: {
    session: { idleCause: 'paused' },
    standing: { pausedBy: 'key_7' },
    ...{ waitsFor: 'resume', says: /key_7 has paused it/, by: ['POST /v1/sessions/sess_1/resume'] },
  },
  'paused with its agent': {
    session: { idleCause: 'paused' },
    standing: { agentPausedBy: 'key_7' },
    ...{ waitsFor: 'resume', says: /all sessions of the agent/, by: ['POST /v1/agents/helper/sessions/resume'] },
  },
  'paused with its tenant': {
    session: { idleCause: 'paused' },
    standing: { suspended: true },
    ...{ waitsFor: 'resume', says: /operator has suspended/ },
  },
  'resumed, and nobody has seen it': {
    session: { idleCause: 'paused' },
    facts: { polled: true },
    ...{ waitsFor: 'worker', says: /was resumed/, unknown: 1 },
  },
};

const retry = 'POST /v1/sessions/sess_1/retry';
const error = (code: string) => ({ code, message: 'It went wrong.', provider: 'openai', model: 'small', status: 402 });
const over: Readonly<Record<string, Case>> = {
  completed: {
    session: { endReason: 'completed' },
    waitsFor: 'nothing',
    says: /completed/,
    by: ['POST /v1/agents/helper/run'],
  },
  max_turns: {
    session: { endReason: 'max_turns', turns: 10 },
    waitsFor: 'nothing',
    says: /10 turns were used up/,
    by: [retry],
  },
  'its cap': {
    session: { endReason: 'budget_exhausted', budget },
    waitsFor: 'nothing',
    says: /want of money/,
    by: [retry],
  },
  'the day': {
    session: { endReason: 'budget_exhausted', budget: { ...budget, account: 'agent_day' } },
    ...{ waitsFor: 'nothing', says: /The agent's day/, by: ['PUT /v1/budget/limits', retry] },
  },
  interrupted: { session: { endReason: 'interrupted' }, waitsFor: 'nothing', says: /interrupt/, by: [retry] },
  idle_timeout: { session: { endReason: 'idle_timeout' }, waitsFor: 'nothing', says: /1800 s/, by: [retry] },
  'no model': {
    session: { endReason: 'error', error: error('no_model_available') },
    lastTurn: { ...turn, selections: [failed], calls: [] },
    ...{ waitsFor: 'nothing', says: /no_model_available.*It went wrong/ },
    causes: ['no_model_available', 'model.quota_exhausted'],
    by: ['PATCH /v1/providers/prov_1', 'POST /v1/providers/prov_1/test', retry],
  },
  'no provider': {
    session: { endReason: 'error', error: error('no_provider') },
    ...{ waitsFor: 'nothing', says: /no_provider/, causes: ['no_provider'], by: ['POST /v1/providers', retry] },
  },
  'a tool under way at the end': {
    session: { endReason: 'error', error: error('workflow_lost') },
    lastTurn: { ...called, calls: [{ ...call, state: 'unknown', reasonCode: 'tool.not_finished' }] },
    ...{ waitsFor: 'nothing', says: /workflow_lost/, causes: ['workflow_lost', 'tool.not_finished'], by: [retry] },
  },
  'agent suspended': {
    session: { endReason: 'terminated', error: error('agent_suspended') },
    ...{ waitsFor: 'nothing', says: /terminated/, causes: ['agent_suspended'] },
    by: ['PATCH /v1/agent/profiles/lifecycle/helper', retry],
  },
  terminated: {
    session: { endReason: 'terminated', error: error('session_terminated') },
    ...{ waitsFor: 'nothing', says: /terminated/, causes: ['session_terminated'], by: [retry] },
  },
};

describe('[session:why:true-in-every-state] a session says why it stands where it stands', () => {
  test.each(Object.entries(running))('running: %s', (_, each) => check(whyRunning(factsOf(each)), each));
  test.each(Object.entries(idle))('idle: %s', (_, each) => {
    const session = { status: 'idle', idleCause: 'awaiting_input', ...each.session } as const;
    check(whyIdle(factsOf({ ...each, session })), each);
  });
  test.each(Object.entries(over))('ended: %s', (_, each) => {
    const session = { status: 'ended', endedAt: agoMs(1_000), ...each.session } as const;
    check(whyEnded(factsOf({ ...each, session })), each);
  });
});

test('[session:why:true-in-every-state] a retry is named with what it has to bring', () => {
  const bodyOf = (each: Pick<Case, 'session' | 'lastTurn'>) =>
    whyEnded(factsOf({ ...each, waitsFor: 'nothing', says: /./ })).unblocked_by?.at(-1)?.body;
  expect(bodyOf({ session: { status: 'ended', endReason: 'max_turns', turns: 10 } })).toEqual({ max_turns: 20 });
  expect(bodyOf({ session: { status: 'ended', endReason: 'budget_exhausted', budget } })).toEqual({
    budget_cap_usd: 2.1,
  });
  const replay = {
    of: 'sess_0',
    tools: 'recorded',
    onMissing: 'stop',
    recordedModels: true,
    fromTurn: 0,
    fedTurn: 0,
  } as const;
  expect(bodyOf({ session: { status: 'ended', endReason: 'error', replay } })).toEqual({ models: 'recorded' });
  const lastTurn = { ...called, calls: [{ ...call, state: 'unknown' as const }] };
  expect(bodyOf({ session: { status: 'ended', endReason: 'error' }, lastTurn })).toEqual({ unknown_effects: 'accept' });
});

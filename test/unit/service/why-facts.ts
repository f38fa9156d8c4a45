import type { SessionView } from '../../../db/queries/session-read.ts';
import type { LastTurn, StandingOfSession } from '../../../db/queries/session-why.ts';
import type { ActivityProgress, WorkflowProgress } from '../../../temporal/workflow-progress.ts';

export const NOW = new Date('2026-11-30T21:00:00.000Z');
export const agoMs = (ms: number) => new Date(NOW.getTime() - ms);
export const ago = (ms: number) => agoMs(ms).toISOString();

export const view: SessionView = {
  id: 'sess_1',
  agentId: 'helper',
  status: 'running',
  idleCause: null,
  endReason: null,
  error: null,
  budget: null,
  turns: 2,
  maxTurns: 10,
  lastSeq: 9,
  metadata: {},
  costNano: 0n,
  capNano: null,
  contextTokens: null,
  maxOutputTokens: null,
  onBudget: 'stop',
  receivedBytes: 0,
  approvalTimeoutMs: null,
  models: null,
  tools: null,
  retries: 0,
  replay: null,
  context: null,
  forkedFrom: null,
  forkedFromTurn: null,
  pausedAt: null,
  createdAt: agoMs(60_000),
  createdAtText: '',
  endedAt: null,
};

export const standing: StandingOfSession = {
  now: NOW,
  startedAt: agoMs(59_000),
  updatedAt: agoMs(9_000),
  idleTimeoutMs: 1_800_000,
  unread: 0,
  oldestUnreadAt: null,
  interrupted: false,
  pausedBy: null,
  agentPausedBy: null,
  tenantPausedBy: null,
  suspended: false,
  lastEventAt: agoMs(9_000),
  lastTurn: null,
  pending: [],
};

export const selection = {
  selection: 0,
  provider: 'openai',
  model: 'small',
  createdAt: ago(8_000),
  failedType: null,
  failedStatus: null,
  failedMessage: null,
  connection: null,
};
export const failed = {
  ...selection,
  failedType: 'model.quota_exhausted',
  failedStatus: 402,
  failedMessage: 'The balance is used up. The provider says: "Pay first."',
};
export const dispatched = {
  selection: 0,
  attempt: 1,
  state: 'dispatched',
  dispatchedAt: ago(7_000),
  closedAt: null,
  failedType: null,
} as const;
export const call = {
  id: 'call_1',
  toolName: 'tickets_open',
  state: 'dispatched',
  attempts: 1,
  dispatchedAt: ago(4_000),
  finishedAt: null,
  reasonCode: null,
  message: null,
  mayHaveChanged: true,
} as const;
export const turn: LastTurn = {
  turn: 2,
  createdAt: ago(9_000),
  answeredAt: null,
  closedAt: null,
  waits: null,
  counting: false,
  selections: [],
  attempts: [],
  calls: [],
};
export const called: LastTurn = { ...turn, answeredAt: ago(5_000), selections: [selection], calls: [call] };
export const asked: LastTurn = { ...turn, selections: [selection], attempts: [dispatched] };

export const open = (
  activities: readonly Partial<ActivityProgress>[] = [],
  task?: Extract<WorkflowProgress, { kind: 'open' }>['task'],
): WorkflowProgress => ({
  kind: 'open',
  task,
  activities: activities.map((activity) => ({
    stage: 'callModel',
    state: 'under_way',
    attempt: 1,
    since: agoMs(7_000),
    lastHeartbeatAt: agoMs(500),
    nextAt: undefined,
    lastFailure: undefined,
    ...activity,
  })),
});
export const taken = { state: 'under_way', since: agoMs(100), attempt: 1 } as const;
export const notTaken = { state: 'waiting', since: agoMs(5_000), attempt: 1 } as const;

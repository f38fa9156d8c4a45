/**
 * The metrics of our own: one place for their names, labels and meanings. Dashboards and alerts (observability/) are checked
 * against what processes really show. A label may name an agent, a model, a provider, a tool, a reason or an outcome, and
 * never a session, a tenant or a person, because each value is a series that is kept for as long as the process lives.
 */
export interface MetricDefinition {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly MetricLabel[];
  /** The upper bounds of a histogram. Absent: it is none. */
  readonly buckets?: readonly number[];
}

export type MetricLabel =
  | 'agent'
  | 'provider'
  | 'model'
  | 'tool'
  | 'reason'
  | 'outcome'
  | 'cause'
  | 'of'
  | 'status'
  | 'method'
  | 'route';

/** Turns and tools may wait for a person, so the longest bound is an hour. */
const SLOW_S = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600];
const QUICK_S = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];

/** What a worker counts since it started. Sum these over all workers. */
export const workerMetrics = {
  turnSeconds: {
    name: 'agent_runs_turn_duration_seconds',
    help: 'Time from the beginning of a turn until it was closed, with all waiting, for a person too. Its count is the number of turns.',
    labels: ['agent', 'outcome'],
    buckets: SLOW_S,
  },
  sessionsEnded: {
    name: 'agent_runs_session_ends_total',
    help: 'Sessions that ended, by the reason that clients are told.',
    labels: ['agent', 'reason'],
  },
  modelAttempts: {
    name: 'agent_runs_model_attempts_total',
    help: 'Requests that were sent to models. The outcome is answered, or the type of the failure.',
    labels: ['provider', 'model', 'outcome'],
  },
  modelSeconds: {
    name: 'agent_runs_model_attempt_duration_seconds',
    help: 'Time from sending a request to a model until its whole answer was there.',
    labels: ['provider', 'model'],
    buckets: SLOW_S,
  },
  firstTokenSeconds: {
    name: 'agent_runs_first_token_seconds',
    help: 'Time from sending a request to a model until the first piece of the answer, or until all of it if it came at once.',
    labels: ['provider', 'model'],
    buckets: QUICK_S,
  },
  costUsd: {
    name: 'agent_runs_cost_usd_total',
    help: 'US dollars that model requests were charged with. A request whose charge is unknown counts at its reservation.',
    labels: ['agent', 'provider', 'model'],
  },
  costCorrectedUsd: {
    name: 'agent_runs_cost_corrected_usd_total',
    help: 'US dollars that were counted as cost and turned out later not to have been charged.',
    labels: ['agent', 'provider', 'model'],
  },
  toolSeconds: {
    name: 'agent_runs_tool_call_duration_seconds',
    help: 'Time that calls to tools took. The tool is named by its server and its name there.',
    labels: ['tool'],
    buckets: SLOW_S,
  },
  toolCalls: {
    name: 'agent_runs_tool_calls_total',
    help: 'Calls to tools by outcome: succeeded, failed, unknown (nobody knows whether it took effect) or denied.',
    labels: ['tool', 'outcome'],
  },
  selections: {
    name: 'agent_runs_model_selections_total',
    help: 'Models that routing selected, by the reason that the event log gives.',
    labels: ['provider', 'model', 'reason'],
  },
  routedUsd: {
    name: 'agent_runs_routed_cost_usd_total',
    help: 'US dollars that the answered turns cost which routing learned from.',
    labels: ['provider', 'model'],
  },
  baselineUsd: {
    name: 'agent_runs_routed_baseline_usd_total',
    help: 'US dollars that the same turns would have cost on the model that a team would use without routing.',
    labels: ['provider', 'model'],
  },
  rewards: {
    name: 'agent_runs_turn_reward',
    help: 'The reward of answered turns, from 0 to 1, as routing learned it.',
    labels: ['provider', 'model'],
    buckets: [0, 0.25, 0.5, 0.75, 0.9, 1],
  },
} as const satisfies Record<string, MetricDefinition>;

/** What Postgres says about all sessions of all tenants. Each worker shows the same, so take the maximum over workers. */
export const waitingMetrics = {
  approvals: { name: 'agent_runs_approvals_waiting', help: 'Tool calls that wait for an approval.', labels: [] },
  effectsUnknown: {
    name: 'agent_runs_effects_unknown',
    help: 'Tool calls of which nobody knows whether they took effect, and about which a person is asked.',
    labels: [],
  },
  forms: { name: 'agent_runs_forms_waiting', help: 'Forms of tools that wait for an answer.', labels: [] },
  reservations: {
    name: 'agent_runs_reservations_open',
    help: 'Model requests that hold reserved money.',
    labels: [],
  },
  reservedUsd: { name: 'agent_runs_reserved_usd', help: 'US dollars that model requests hold reserved.', labels: [] },
  inboxOldestSeconds: {
    name: 'agent_runs_inbox_oldest_seconds',
    help: 'Age of the oldest message that a session has not read although it may. 0: there is none.',
    labels: [],
  },
} as const satisfies Record<string, MetricDefinition>;

/** What an API shows, beside the figures of its process. */
export const apiMetrics = {
  requestSeconds: {
    name: 'agent_runs_http_request_duration_seconds',
    help: 'Time to answer a request; of a stream, to begin it.',
    labels: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
  },
  openStreams: { name: 'agent_runs_open_streams', help: 'Event streams that this process has open.', labels: [] },
  deliverySeconds: {
    name: 'agent_runs_event_delivery_seconds',
    help: 'Time from the transaction that appended an event until the event was given to an open stream, by the clock of Postgres.',
    labels: [],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  },
  sessions: { name: 'agent_runs_sessions', help: 'Sessions of all tenants, by status.', labels: ['status'] },
  ended: {
    name: 'agent_runs_sessions_ended',
    help: 'Ended sessions of all tenants that are kept, by reason and by the code of the error that ended them.',
    labels: ['reason', 'cause'],
  },
  failures: {
    name: 'agent_runs_sessions_with_failures',
    help: 'Sessions of all tenants in which a request to a model, or a call of a tool, failed within the last hour, by cause.',
    labels: ['of', 'cause'],
  },
  polled: {
    name: 'agent_runs_task_queue_polled',
    help: '1 when a worker has polled the task queue within the last minute. Absent while Temporal does not answer.',
    labels: [],
  },
  events: {
    name: 'agent_runs_events_appended_total',
    help: 'Events appended to the logs of all sessions, by the statistics of Postgres.',
    labels: [],
  },
} as const satisfies Record<string, MetricDefinition>;

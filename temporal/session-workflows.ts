import { setTimeout as pause } from 'node:timers/promises';
import {
  Client,
  Connection,
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowExecutionStatusName,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { causesOf } from '../processes/error-cause.ts';
import { BULK_JOB_WORKFLOW_TYPE, type BulkJobInput, type BulkJobWorkflow } from './bulk-job-workflow.ts';
import { isQueuePolled } from './polled-queue.ts';
import { createSearchAttributes, isUnknownSearchAttribute } from './search-attributes.ts';
import {
  type AgentSessionWorkflow,
  type GoesOn,
  SESSION_TASK_QUEUE,
  SESSION_WORKFLOW_TYPE,
  type SessionToStart,
  WAKE_SIGNAL,
} from './session-workflow.ts';
import type { TemporalAddress } from './temporal-address.ts';
import { progressOf, type WorkflowProgress } from './workflow-progress.ts';

/** One call to Temporal, a second try included. */
const CALL_TIMEOUT_MS = 5_000;
const HICCUP_MS = 150;
const GRPC_NOT_FOUND = 5;
const GRPC_UNAVAILABLE = 14;
/** Calls on a half-open connection all run into their deadline until pings go unanswered. Servers take one in 10 s. */
const PING_EVERY_MS = 12_000;
const PING_TIMEOUT_MS = 4_000;

/** A session is started once. */
const FIRST_RUN = { workflowIdConflictPolicy: 'USE_EXISTING', workflowIdReusePolicy: 'REJECT_DUPLICATE' } as const;
/** A session that is retried has a workflow that is closed, or about to close. */
const LATER_RUN = { workflowIdConflictPolicy: 'FAIL', workflowIdReusePolicy: 'ALLOW_DUPLICATE' } as const;
/** The memo by which the runs of a session's workflow are told apart. A run that continues as new keeps it. */
const RETRIES = 'retries';

export type WorkflowState = 'running' | 'completed' | 'failed' | 'terminated' | 'cancelled' | 'timed_out' | 'not_found';

export interface SessionWorkflows {
  /**
   * Starts the workflow of a session; that it was started before counts as success. `not_yet`: the session was retried, and an
   * earlier run of its workflow has not closed. @throws when Temporal is away.
   */
  start(session: SessionToStart): Promise<'started' | 'not_yet'>;
  /** `gone`: no such workflow runs any more. @throws when Temporal is away. */
  signalWake(sessionId: string): Promise<'accepted' | 'gone'>;
  /** @param workflowId the id of a session or of a bulk job */
  describe(workflowId: string): Promise<WorkflowState>;
  /** Starts the workflow of a bulk job, unless it runs. @throws when Temporal is away. */
  startBulkJob(job: BulkJobInput): Promise<void>;
  /** What Temporal knows of the workflow. It never throws: a Temporal that does not answer within `timeoutMs` is `away`. */
  progress(sessionId: string, timeoutMs: number): Promise<WorkflowProgress>;
  /** What the workflow does next may be done by any worker at once, not first by the one that had it last. */
  freeFromItsWorker(execution: {
    readonly workflowId: string;
    /** Absent: the run that is open. */
    readonly runId?: string | undefined;
  }): Promise<void>;
  /** Registers our search attributes; when the cluster refuses, one warning, and sessions go without. */
  ensureSearchAttributes(): Promise<void>;
  /** True when Temporal answers within `timeoutMs`. */
  reachable(timeoutMs: number): Promise<boolean>;
  /** True when a worker polls the task queue (see isQueuePolled). Undefined: Temporal does not say so within `timeoutMs`. */
  polled(timeoutMs: number): Promise<boolean | undefined>;
  close(): Promise<void>;
}

export interface SessionWorkflowsOptions extends TemporalAddress {
  /** The weight of a tenant, from 1 to 100. */
  readonly weightOf: (tenantId: string) => number;
  /** The address of our API, to which the details of a workflow link. Absent: they name its path. */
  readonly publicUrl?: string | undefined;
  readonly warn: (message: string) => void;
}

/** Connects at the first call: a Temporal that is away fails calls, never the start of a process. */
export function createSessionWorkflows(options: SessionWorkflowsOptions): SessionWorkflows {
  const { namespace, weightOf } = options;
  const connection = Connection.lazy({
    address: options.address,
    ...(options.apiKey === undefined ? {} : { apiKey: options.apiKey }),
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    connectTimeout: CALL_TIMEOUT_MS,
    channelArgs: { 'grpc.keepalive_time_ms': PING_EVERY_MS, 'grpc.keepalive_timeout_ms': PING_TIMEOUT_MS },
    // The library's own retries outlive the connection: their timers throw where nobody catches.
    interceptors: [],
  });
  const client = new Client({ connection, namespace });
  const searchAttributes = createSearchAttributes({ connection, namespace, warn: options.warn });
  let closed = false;
  const inTime = <T>(work: () => Promise<T>): Promise<T> =>
    connection.withDeadline(Date.now() + CALL_TIMEOUT_MS, () => overHiccups(work));

  /** A connection that idled away fails one call. What lasts longer is the reconciler's and the bridge's to try again. */
  async function overHiccups<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (closed || !isUnavailable(error)) throw error;
    }
    await pause(HICCUP_MS);
    return work();
  }

  async function startWith(session: SessionToStart, withAttributes: boolean): Promise<'started' | 'not_yet'> {
    const { tenantId, sessionId, agentId, requestId, goesOn } = session;
    const isFirstRun = goesOn === undefined || goesOn.retries === 0;
    try {
      await client.workflow.start<AgentSessionWorkflow>(SESSION_WORKFLOW_TYPE, {
        workflowId: sessionId,
        taskQueue: SESSION_TASK_QUEUE,
        args: [{ tenantId, sessionId, agentId, requestId, searchAttributes: withAttributes, ...goesOn }],
        // A worker killed inside a local activity leaves its session waiting for exactly this long.
        workflowTaskTimeout: '3s',
        ...(isFirstRun ? FIRST_RUN : { ...LATER_RUN, memo: { [RETRIES]: goesOn.retries } }),
        // Where tasks pile up, the server takes those of the tenants in turn, by weight. Servers before 1.29 do not know the key.
        priority: { fairnessKey: tenantId, fairnessWeight: weightOf(tenantId) },
        staticSummary: `Session of agent ${agentId}`,
        staticDetails: detailsOf(session, options.publicUrl),
        ...(withAttributes ? { typedSearchAttributes: searchAttributes.ofStart(session) } : {}),
      });
      return 'started';
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      return isFirstRun ? 'started' : standingOf(sessionId, goesOn);
    }
  }

  /** Says whose run it is that is open: this one, or an earlier one. An earlier run is woken, because it closes at its next stage. */
  async function standingOf(sessionId: string, { retries }: GoesOn): Promise<'started' | 'not_yet'> {
    const handle = client.workflow.getHandle(sessionId);
    const { memo, status } = await handle.describe();
    if (memo?.[RETRIES] === retries) return 'started';
    if (status.name === 'RUNNING') await handle.signal(WAKE_SIGNAL);
    return 'not_yet';
  }

  return {
    start: (session) =>
      // One deadline over all of it: asking for search attributes, starting, starting without them.
      inTime(async () => {
        const withAttributes = await searchAttributes.usable();
        try {
          return await startWith(session, withAttributes);
        } catch (error) {
          if (!withAttributes || !isUnknownSearchAttribute(error)) throw error;
          searchAttributes.forget();
          return await startWith(session, false);
        }
      }),
    async startBulkJob(job) {
      const start = { workflowId: job.jobId, taskQueue: SESSION_TASK_QUEUE, args: [job] as [BulkJobInput] };
      const priority = { fairnessKey: job.tenantId, fairnessWeight: weightOf(job.tenantId) };
      await inTime(() =>
        client.workflow.start<BulkJobWorkflow>(BULK_JOB_WORKFLOW_TYPE, {
          ...start,
          priority,
          workflowIdConflictPolicy: 'USE_EXISTING',
        }),
      );
    },
    async signalWake(sessionId) {
      try {
        await inTime(() => client.workflow.getHandle(sessionId).signal(WAKE_SIGNAL));
        return 'accepted';
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return 'gone';
        throw error;
      }
    },
    async describe(workflowId) {
      try {
        const description = await inTime(() => client.workflow.getHandle(workflowId).describe());
        return stateOf(description.status.name);
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return 'not_found';
        throw error;
      }
    },
    async progress(workflowId, timeoutMs) {
      try {
        const request = { namespace, execution: { workflowId } };
        return progressOf(
          await connection.withDeadline(Date.now() + timeoutMs, () =>
            connection.workflowService.describeWorkflowExecution(request),
          ),
        );
      } catch (error) {
        return { kind: isNotFound(error) ? 'closed' : 'away' };
      }
    },
    async freeFromItsWorker({ workflowId, runId }) {
      const { workflowService } = connection;
      await inTime(() => workflowService.resetStickyTaskQueue({ namespace, execution: { workflowId, runId } }));
    },
    ensureSearchAttributes: async () => {
      await inTime(() => searchAttributes.usable()).catch(() => undefined);
    },
    async reachable(timeoutMs) {
      try {
        await connection.withDeadline(Date.now() + timeoutMs, () =>
          connection.workflowService.describeNamespace({ namespace }),
        );
        return true;
      } catch {
        return false;
      }
    },
    async polled(timeoutMs) {
      try {
        return await connection.withDeadline(Date.now() + timeoutMs, () =>
          isQueuePolled(connection.workflowService, namespace, Date.now()),
        );
      } catch {
        return undefined;
      }
    },
    async close() {
      closed = true;
      await connection.close();
    },
  };
}

/** What Temporal's own interface shows of a session, in Markdown: ids, and where to read more. */
function detailsOf({ tenantId, sessionId, agentId, requestId, goesOn }: SessionToStart, publicUrl = ''): string {
  const path = `${publicUrl}/v1/sessions/${sessionId}`;
  return [
    `- session: [${sessionId}](${path}), its [events](${path}/events)`,
    `- agent: \`${agentId}\``,
    `- tenant: \`${tenantId}\``,
    ...(requestId === undefined ? [] : [`- request: \`${requestId}\``]),
    ...(goesOn === undefined ? [] : [`- retries: ${goesOn.retries}`]),
  ].join('\n');
}

function isUnavailable(error: unknown): boolean {
  return grpcCodeOf(error) === GRPC_UNAVAILABLE;
}

function isNotFound(error: unknown): boolean {
  return grpcCodeOf(error) === GRPC_NOT_FOUND;
}

function grpcCodeOf(error: unknown): number | undefined {
  return [...causesOf(error)].find(isGrpcServiceError)?.code;
}

function stateOf(name: WorkflowExecutionStatusName): WorkflowState {
  switch (name) {
    case 'COMPLETED':
      return 'completed';
    case 'FAILED':
      return 'failed';
    case 'TERMINATED':
      return 'terminated';
    case 'CANCELLED':
      return 'cancelled';
    case 'TIMED_OUT':
      return 'timed_out';
    case 'RUNNING':
    case 'PAUSED':
    case 'CONTINUED_AS_NEW':
    case 'UNSPECIFIED':
    case 'UNKNOWN':
      return 'running';
  }
}

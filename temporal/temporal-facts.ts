import { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { SESSION_TASK_QUEUE, searchAttributeKeys } from './session-workflow.ts';
import type { TemporalAddress } from './temporal-address.ts';

const { TaskQueueType } = proto.temporal.api.enums.v1;
const CONNECT_TIMEOUT_MS = 5_000;

export interface Poller {
  readonly identity: string;
  /** The most tasks a second that it takes. */
  readonly ratePerSecond: number;
  readonly lastPollAt: Date;
}

/** What a person who mends an installation wants to know of its Temporal. */
export interface TemporalFacts {
  readonly serverVersion: string;
  /** Undefined: the namespace does not exist, or the key may not see it. */
  readonly retentionDays: number | undefined;
  /** Those who poll for the steps of workflows, and for activities. */
  readonly pollers: { readonly workflows: readonly Poller[]; readonly activities: readonly Poller[] };
  /** Undefined: the server does not say. */
  readonly missingSearchAttributes: readonly string[] | undefined;
}

/** @throws the error of the connection where the server cannot be reached */
export async function readTemporalFacts({ address, namespace, apiKey, tls }: TemporalAddress): Promise<TemporalFacts> {
  const connection = await Connection.connect({
    address,
    connectTimeout: CONNECT_TIMEOUT_MS,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(tls === undefined ? {} : { tls }),
  });
  const { workflowService, operatorService } = connection;
  const pollersOf = async (taskQueueType: number): Promise<Poller[]> => {
    const taskQueue = { name: SESSION_TASK_QUEUE };
    const { pollers } = await workflowService.describeTaskQueue({ namespace, taskQueue, taskQueueType });
    return pollers.map(({ identity, ratePerSecond, lastAccessTime }) => ({
      identity: identity ?? '',
      ratePerSecond: ratePerSecond ?? 0,
      lastPollAt: new Date(Number(lastAccessTime?.seconds ?? 0) * 1_000),
    }));
  };
  try {
    const { serverVersion } = await workflowService.getSystemInfo({});
    const described = await workflowService.describeNamespace({ namespace }).catch(() => undefined);
    const retention = described?.config?.workflowExecutionRetentionTtl?.seconds;
    const known = described && (await operatorService.listSearchAttributes({ namespace }).catch(() => undefined));
    const names = Object.values(searchAttributeKeys).map(({ name }) => name);
    return {
      serverVersion,
      retentionDays: described === undefined ? undefined : Number(retention ?? 0) / 86_400,
      pollers: {
        workflows: described === undefined ? [] : await pollersOf(TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW),
        activities: described === undefined ? [] : await pollersOf(TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY),
      },
      missingSearchAttributes: known && names.filter((name) => !(name in (known.customAttributes ?? {}))),
    };
  } finally {
    await connection.close();
  }
}

import type { BulkItemResource, BulkJobResource } from '../../contract/bulk.ts';
import type { ApiClient } from './client.ts';
import type { StackClient } from './stack-client.ts';
import { until } from './until.ts';

export interface Outage {
  readonly sessionIds: readonly string[];
  /** The body of a retry with which they complete. */
  readonly retry: { readonly models: readonly string[] };
}

/** Sessions that ended as `error`, because the only model that they may use refuses the key. */
export async function failedSessions(
  stack: StackClient,
  agentIds: readonly string[],
  { each, message = 'Go.', client = stack.api }: { each: number; message?: string; client?: ApiClient },
): Promise<Outage> {
  const bad = await stack.script({ turns: [[{ status: 401 }]], repeatLastAttempt: true }, { client });
  const good = await stack.script({ turns: [[{ text: 'Mended.' }]], repeatLastAttempt: true }, { client });
  const sessionIds: string[] = [];
  for (let n = 0; n < each; n++) {
    const made = agentIds.map((agentId) => client.createSession(agentId, { message, models: bad.models }));
    sessionIds.push(...(await Promise.all(made)));
  }
  for (const id of sessionIds) await ended(client, id);
  return { sessionIds, retry: { models: [...good.models] } };
}

const ended = (client: ApiClient, id: string) =>
  until(`${id} to end`, async () => (await client.session(id)).status === 'ended');

export const bulk = <Answer = BulkJobResource>(client: ApiClient, body: object) =>
  client.call<Answer>('POST', '/v1/sessions/bulk', body);

export const bulkJob = (client: ApiClient, id: string) =>
  client.call<BulkJobResource>('GET', `/v1/sessions/bulk/${id}`);

export async function bulkEnd(client: ApiClient, id: string, timeoutMs?: number): Promise<BulkJobResource> {
  await until(
    `the bulk job ${id} to end`,
    async () => {
      // An API that is killed answers again soon.
      const job = await bulkJob(client, id).catch(() => undefined);
      return job !== undefined && job.status !== 'running';
    },
    timeoutMs,
  );
  return bulkJob(client, id);
}

export async function bulkItems(client: ApiClient, id: string): Promise<BulkItemResource[]> {
  const items: BulkItemResource[] = [];
  for (let cursor = ''; ; ) {
    const path = `/v1/sessions/bulk/${id}/items?limit=100${cursor}`;
    const page = await client.call<{ data: BulkItemResource[]; next_cursor: string | null }>('GET', path);
    items.push(...page.data);
    if (page.next_cursor === null) return items;
    cursor = `&cursor=${page.next_cursor}`;
  }
}

import { randomBytes } from 'node:crypto';
import type { Database } from '../../db/database.ts';
import type { ScriptClient } from '../../simulated/scripts/script-client.ts';
import type { ScriptInput } from '../../simulated/scripts/script-schema.ts';
import { type BudgetSampler, sampleBudgets } from './budget-sampler.ts';
import { type ApiClient, type ClientRecords, createClient } from './client.ts';
import type { ReportingProvider } from './reporting-provider.ts';
import { connectScript, type ScriptedProvider, type ScriptOptions } from './scripted-provider.ts';

/** The client of one test file on a stack, with the facts that the checks of the invariants need about what it did. */
export interface StackClient {
  /** A client with an admin key of the tenant of the file. */
  readonly api: ApiClient;
  readonly records: ClientRecords;
  /** Providers whose reports the check of the ledger compares with it. */
  readonly providers: ReportingProvider[];
  readonly budgets: BudgetSampler;
  /** Texts that must not appear anywhere (I10). */
  readonly secrets: Set<string>;
  readonly counterFile: string;
  /** Ended sessions that were checked already. They do not change any more. */
  readonly checked: Set<string>;
  /** The tenants whose rows are checked. Null: all tenants of the stack. */
  readonly tenants: string[] | null;
  /** Bootstraps an agent. @returns its id */
  newAgent(body?: object): Promise<string>;
  /** Makes a tenant. @returns a client with its first key */
  newTenant(): Promise<ApiClient>;
  script(script: ScriptInput, options?: ScriptOptions & { readonly client?: ApiClient }): Promise<ScriptedProvider>;
}

export interface StackClientDeps {
  readonly baseUrl: string;
  /** The first admin key of the stack. Its tenant may make others. */
  readonly apiKey: string;
  readonly db: Database;
  readonly scripts: ScriptClient;
  readonly counterFile: string;
  readonly secrets: readonly string[];
}

/** A client that works as the first tenant, and checks all tenants. */
export function createStackClient(deps: StackClientDeps): StackClient & { close(): Promise<void> } {
  const records = newRecords();
  return clientOf(deps, createClient({ ...deps, records }), records, null);
}

/** A client that works as a new tenant, and checks only this one and those that it makes. */
export async function createTenantClient(deps: StackClientDeps): Promise<StackClient & { close(): Promise<void> }> {
  const records = newRecords();
  const { id, key } = await makeTenant(createClient({ ...deps, records }));
  const client = clientOf(deps, createClient({ ...deps, apiKey: key, records }), records, [id]);
  client.secrets.add(key);
  return client;
}

function clientOf(deps: StackClientDeps, api: ApiClient, records: ClientRecords, tenants: string[] | null) {
  const { baseUrl, apiKey, db, scripts, counterFile } = deps;
  const first = createClient({ baseUrl, apiKey, records });
  const providers: ReportingProvider[] = [];
  const secrets = new Set([apiKey, ...deps.secrets]);
  const budgets = sampleBudgets(db);
  const client: StackClient = {
    api,
    records,
    providers,
    budgets,
    secrets,
    counterFile,
    checked: new Set(),
    tenants,
    async newAgent(body = {}) {
      const agentId = `agent-${randomBytes(5).toString('hex')}`;
      await api.call('POST', '/v1/agent/bootstrap', { agent_id: agentId, ...body });
      return agentId;
    },
    async newTenant() {
      const { id, key } = await makeTenant(first);
      secrets.add(key);
      tenants?.push(id);
      return createClient({ baseUrl, apiKey: key, records });
    },
    async script(script, { client: connecting = api, ...rest } = {}) {
      const { provider, key } = await connectScript({ client: connecting, scripts }, script, rest);
      providers.push(provider);
      secrets.add(key);
      return provider;
    },
  };
  const close = async () => {
    await Promise.all(records.watches.map((watch) => watch.close()));
    await budgets.stop();
  };
  return { ...client, close };
}

async function makeTenant(first: ApiClient): Promise<{ id: string; key: string }> {
  const name = `tenant-${randomBytes(4).toString('hex')}`;
  const tenant = await first.call<{ id: string; api_key: { key: string } }>('POST', '/v1/tenants', { name });
  return { id: tenant.id, key: tenant.api_key.key };
}

function newRecords(): ClientRecords {
  return { sessions: new Set(), accepted: [], watches: [] };
}

import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createScriptClient, type ScriptClient } from '../simulated/scripts/script-client.ts';
import type { StackOptions } from '../stack/options.ts';
import { type RunningStack, startStack } from '../stack/start.ts';
import { hostileServerCommand } from '../test/fixtures/mcp/hostile-server-command.ts';
import { type FloorWorker, prepareFloorWorker } from './floor/floor-worker.ts';
import type { Benchmark } from './run-benchmark.ts';
import { createServiceClient, type ServiceClient } from './service-client.ts';

/** The kind of server whose tool a turn calls: a bundled one, or an external one over stdio. */
export type TurnKind = 'bundled' | 'external';

/** A tenant with everything the sessions of benchmarks need. */
export interface BenchTenant {
  readonly client: ServiceClient;
  /** Makes models that take `latencyMs` and call one tool a turn for ever. Resolves with what `models` of a run must be. */
  modelsCalling(kind: TurnKind, latencyMs: number): Promise<readonly string[]>;
  /** Makes models that send a piece of their answer every `everyMs`, for `pieces` of them. Resolves with what `models` of a run must be. */
  modelsDripping(everyMs: number, pieces: number): Promise<readonly string[]>;
  /** Makes models that answer at once and call nothing, in so many turns of a session. Resolves with what `models` of a run must be. */
  modelsAnswering(turns: number): Promise<readonly string[]>;
  /** Makes models that refuse the key. Resolves with what `models` of a run must be. */
  modelsRefusing(): Promise<readonly string[]>;
  /** Connects an MCP server whose tools may be called without asking. `bench` is the one that `external` models call. */
  connectServer(server: { readonly name: string } & Readonly<Record<string, unknown>>): Promise<string>;
  /** Makes agents with a file in their workspace. Resolves with their ids. */
  agents(count: number): Promise<readonly string[]>;
}

/** The stack as `npm start` runs it, in a data folder of its own, seen by its first tenant. */
export interface BenchStack extends BenchTenant {
  readonly stack: RunningStack;
  readonly floor: FloorWorker;
  /** What its services are given beside the addresses of the stack. */
  readonly environment: NodeJS.ProcessEnv;
  /** Makes another tenant. `end` has the operator end its sessions. */
  newTenant(name: string): Promise<BenchTenant & { end(): Promise<void> }>;
}

/** Three arms, so that selection has something to choose from. */
const MODELS = [
  { id: 'bench-small', input_usd_per_mtok: 0.1, output_usd_per_mtok: 0.4 },
  { id: 'bench-middle', input_usd_per_mtok: 0.6, output_usd_per_mtok: 2.4 },
  { id: 'bench-large', input_usd_per_mtok: 3, output_usd_per_mtok: 15 },
].map((model) => ({ ...model, context_window: 200_000, max_output_tokens: 8_192, capabilities: ['tools'] }));

const TOOL_CALLS = {
  bundled: { toolName: 'workspace_read', toolArgs: { name: 'notes.md' } },
  external: { toolName: 'bench_echo', toolArgs: { text: 'The same few words at every turn.' } },
} as const;

/** Starts it; `benchmark.onEnd` stops it and removes the folder. */
export async function startBenchStack(
  benchmark: Benchmark,
  env: NodeJS.ProcessEnv = {},
  choices: Pick<StackOptions, 'temporal' | 'sealingKey'> = {},
): Promise<BenchStack> {
  const prepared = prepareFloorWorker();
  benchmark.onEnd(prepared.stop);
  const home = temporaryHome(benchmark);
  const starting = new AbortController();
  benchmark.onEnd(() => starting.abort());
  // The scripts of the simulated provider are addresses a tenant gives, and lie on loopback.
  const environment = { ...process.env, AGENT_RUNS_EGRESS_ALLOW: '127.0.0.1', AGENT_RUNS_STDIO_COMMANDS: '*', ...env };
  const stack = await startStack({ home, env: environment, ...choices }, starting.signal);
  benchmark.onEnd(stack.stopNow);
  benchmark.log('the stack serves');
  const { baseUrl, apiKey, simulatedUrl } = stack;
  if (baseUrl === undefined || apiKey === undefined || simulatedUrl === undefined) {
    throw new Error('The stack was started without an API or a simulated provider.');
  }
  const floor = await prepared.connect(stack.temporalAddress);
  benchmark.onEnd(floor.stop);
  const client = createServiceClient(baseUrl, apiKey);
  const scripts = createScriptClient(simulatedUrl);
  return {
    stack,
    floor,
    environment,
    ...benchTenant(client, scripts),
    async newTenant(name) {
      const tenant = await client.send('POST', '/v1/tenants', { name });
      const { id }: { id?: unknown } = Object(tenant);
      return {
        ...benchTenant(createServiceClient(baseUrl, keyOf(tenant)), scripts),
        async end() {
          await client.send('POST', `/v1/tenants/${id}/suspend`, { sessions: 'terminate' });
        },
      };
    },
  };
}

function keyOf(tenant: unknown): string {
  const { api_key }: { api_key?: { key?: unknown } } = Object(tenant);
  if (typeof api_key?.key !== 'string') throw new Error('The tenant was made without a key.');
  return api_key.key;
}

let agentCount = 0;

function benchTenant(client: ServiceClient, scripts: ScriptClient): BenchTenant {
  const connected = new Set<string>();

  async function connectServer(request: { readonly name: string } & Readonly<Record<string, unknown>>) {
    const server = await client.send('POST', '/v1/mcp/servers', request);
    if (typeof server !== 'object' || server === null || !('id' in server)) throw new Error('The server has no id.');
    const policy = { tool_name: `${request.name}/*`, allowed: true, allow_tainted: true };
    await client.send('POST', `/v1/mcp/servers/${server.id}/discover`);
    await client.send('PUT', '/v1/mcp/governance/policy', policy);
    connected.add(request.name);
    return String(server.id);
  }

  async function connectProvider(name: string): Promise<readonly string[]> {
    await client.send('POST', '/v1/providers', {
      provider: 'openai-compatible',
      name,
      base_url: scripts.baseUrl(name, 'openai-chat'),
      models: MODELS,
    });
    return [`${name}/*`];
  }

  return {
    client,
    connectServer,
    async modelsCalling(kind, latencyMs) {
      if (kind === 'external' && !connected.has('bench')) {
        await connectServer({ name: 'bench', transport: 'stdio', ...hostileServerCommand() });
      }
      const name = `${kind}-${latencyMs}`;
      await scripts.put(name, { generate: { turns: 0, forever: true, latencyMs, ...TOOL_CALLS[kind] } });
      return connectProvider(name);
    },
    async modelsDripping(everyMs, pieces) {
      const name = `dripping-${everyMs}`;
      const answer = { text: 'drip '.repeat(pieces), chunks: pieces, delayBetweenChunksMs: everyMs };
      await scripts.put(name, { turns: [[answer]], repeatLastAttempt: true });
      return connectProvider(name);
    },
    async modelsAnswering(turns) {
      const name = 'answering';
      await scripts.put(name, {
        turns: Array.from({ length: turns }, () => [{ text: 'Done.' }]),
        repeatLastAttempt: true,
      });
      return connectProvider(name);
    },
    async modelsRefusing() {
      const name = 'refusing';
      await scripts.put(name, { turns: [[{ status: 401 }]], repeatLastAttempt: true });
      return connectProvider(name);
    },
    async agents(count) {
      const ids: string[] = [];
      for (let i = 0; i < count; i++) {
        agentCount += 1;
        const agentId = `bench-${agentCount}`;
        await client.send('POST', '/v1/agent/bootstrap', { agent_id: agentId, budget_daily_usd: 1_000_000 });
        await client.send('PUT', `/v1/agents/${agentId}/context/workspace/notes.md`, {
          content: '# Notes\n\nThe same few words at every turn.\n',
        });
        ids.push(agentId);
      }
      return ids;
    },
  };
}

/** A folder for AGENT_RUNS_HOME that is not there yet and is removed at the end. */
export function temporaryHome(benchmark: Benchmark): string {
  const home = join(tmpdir(), `agent-runs-bench-${randomBytes(6).toString('hex')}`);
  benchmark.onEnd(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

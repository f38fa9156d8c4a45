import { type BrainstormRouter, BrainstormRouterError } from '../../sdk/typescript/src/index.ts';
import { failureOf } from '../failure.ts';
import { clockFinding, type Finding, failed, ok, skipped, warning } from './finding.ts';

const LEAST_NODE = [20, 19] as const;

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const fits = major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1]);
  if (fits) return ok('node', version);
  return failed('node', version, `Install Node ${LEAST_NODE.join('.')} or later.`);
}

/** Checks what the API says of itself and of the key. */
export async function* checkService(client: BrainstormRouter): AsyncGenerator<Finding> {
  const sentAtMs = Date.now();
  try {
    const { response } = await client.health.live({ maxRetries: 0, timeoutMs: 5_000 }).withResponse();
    yield ok('api', `answers in ${Date.now() - sentAtMs} ms`);
    const date = response.headers.get('date');
    // The header has whole seconds.
    if (date !== null) yield clockFinding('api clock', Date.parse(date) + 500 - (sentAtMs + Date.now()) / 2);
  } catch (error) {
    yield failed('api', saidBy(error), 'Start the service, or correct the address of the profile or AGENT_RUNS_URL.');
    return;
  }
  yield* checkReady(client);
  yield await checkKey(client);
}

async function* checkReady(client: BrainstormRouter): AsyncGenerator<Finding> {
  const ready = await client.health.ready({ maxRetries: 0 }).catch((error: unknown) => error);
  if (ready instanceof Error || typeof ready !== 'object' || ready === null || !('dependencies' in ready)) {
    yield failed('api dependencies', saidBy(ready), 'GET /health/ready says which of Postgres and Temporal is away.');
    return;
  }
  const { dependencies } = ready as Awaited<ReturnType<BrainstormRouter['health']['ready']>>;
  yield ok('api dependencies', 'it reaches Postgres and Temporal');
  if (dependencies.workers === undefined) return;
  if (dependencies.workers) yield ok('workers', 'at least one polls for sessions');
  else yield failed('workers', 'none polls for sessions, so none goes on', 'Start a worker: worker/main.ts.');
}

async function checkKey(client: BrainstormRouter): Promise<Finding> {
  try {
    await client.limits.get({ maxRetries: 0 });
    return ok('key', 'it is valid');
  } catch (error) {
    return failed('key', saidBy(error), 'Make a key with "agent-runs keys create", or "keys first" when all are lost.');
  }
}

/** @param tries whether each provider is sent one small request, which may cost something */
export async function* checkProviders(client: BrainstormRouter, tries: boolean): AsyncGenerator<Finding> {
  let count = 0;
  try {
    for await (const { id, name, health } of client.providers.list()) {
      count += 1;
      const check = `provider ${name}`;
      const mend = `Look at its key and address: agent-runs providers test ${id}.`;
      if (!tries) {
        if (health.state === 'up') yield ok(check, 'up, as far as requests have shown');
        else yield warning(check, `${health.state}: ${health.why ?? 'no reason is known'}`, mend);
        continue;
      }
      const { ok: works, model, latency_ms, error } = await client.providers.testConnected(id);
      if (works) yield ok(check, `${model} answered in ${latency_ms} ms`);
      else yield failed(check, error?.message ?? 'it did not answer', mend);
    }
  } catch (error) {
    yield failed('providers', saidBy(error), 'A key with the scope admin may look at providers and try them.');
    return;
  }
  if (count === 0) yield failed('providers', 'none is connected', 'Connect one: agent-runs providers add anthropic.');
  else if (!tries) yield skipped('provider keys', '--providers tries each with one small request');
}

function saidBy(error: unknown): string {
  if (error instanceof BrainstormRouterError) return failureOf(error).message ?? error.message;
  return error instanceof Error ? error.message : String(error);
}

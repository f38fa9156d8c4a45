import { randomBytes } from 'node:crypto';
import type { AnsweringServer } from '../../fixtures/answering-server.ts';
import { createClient } from '../../support/client.ts';
import type { TestStack } from '../../support/stack.ts';
import { until } from '../../support/until.ts';
import type { Attack, ScriptedAnswer } from './attack.ts';
import { watchMemory } from './process-memory.ts';
import type { QuietTenant } from './quiet-tenant.ts';

export interface RoundOptions {
  readonly stack: TestStack;
  /** The server whose addresses an attack uses for its models and tool servers. */
  readonly hostileOf: (attack: Attack) => AnsweringServer;
  readonly quiet: QuietTenant;
  readonly attacks: readonly Attack[];
  readonly size: number;
  /** The attacks go on until this resolves. It is called when the last of them has started. */
  readonly hold: () => Promise<unknown>;
}

export interface RoundFigures {
  /** The time that each run of the quiet tenant took. */
  readonly quietMs: readonly number[];
  /** The time from the request that suspends the tenant until nothing of it is under way. */
  readonly overMs: number;
  readonly memoryMb: Readonly<Record<'api' | 'worker', number>>;
}

/** A machine that is busy with other things takes long for everything. */
const MOST_OVER_MS = 120_000;

/**
 * Lets a new tenant make these attacks at the same time, while the quiet one runs, then suspends it.
 * @throws Error if a run of the quiet tenant fails, a process of the service ends, or something of the suspended tenant goes on
 */
export async function attackRound(options: RoundOptions): Promise<RoundFigures> {
  const { stack, hostileOf, quiet, attacks, size, hold } = options;
  const deathsBefore = stack.deaths.length;
  const memory = watchMemory(stack);
  const over = new AbortController();
  const quietRuns = quiet.runEverySecond(over.signal);
  // It is awaited below; a failure before that must not end the process.
  quietRuns.catch(() => undefined);

  const { id, key } = await hostileTenant(stack);
  const client = createClient({ baseUrl: stack.baseUrl, apiKey: key, records: stack.records });
  // Its other attacks may have the provider refused; it comes again, since the attack itself is still to begin.
  const scripted = (answer: ScriptedAnswer) =>
    until('a provider of the hostile tenant to be taken', async () => {
      const script = { turns: [[answer]], repeat: true, repeatLastAttempt: true };
      const provider = await stack.script(script, { client }).catch(() => undefined);
      return provider?.models;
    });
  await Promise.all(
    attacks.map((attack) =>
      attack.start({ client, baseUrl: stack.baseUrl, hostile: hostileOf(attack), scripted, size }),
    ),
  );
  await hold();

  const suspendedMs = performance.now();
  // An operator who is told to try again does so, and the time counts.
  await until('the tenant to be suspended', async () => {
    const { status } = await stack.api.request('POST', `/v1/tenants/${id}/suspend`, { sessions: 'terminate' });
    return status === 200;
  });
  await until('nothing of the suspended tenant to be under way', () => isOver(stack, id), MOST_OVER_MS);
  const overMs = performance.now() - suspendedMs;
  over.abort();
  const quietMs = await quietRuns;
  const memoryMb = memory.stop();
  const died = stack.deaths.slice(deathsBefore);
  if (died.length > 0) throw new Error(`Processes died: ${died.map(({ line }) => line).join('; ')}`);
  return { quietMs, overMs, memoryMb };
}

async function hostileTenant(stack: TestStack): Promise<{ id: string; key: string }> {
  const name = `hostile-${randomBytes(4).toString('hex')}`;
  const tenant = await stack.api.call<{ id: string; api_key: { key: string } }>('POST', '/v1/tenants', { name });
  stack.secrets.add(tenant.api_key.key);
  return { id: tenant.id, key: tenant.api_key.key };
}

async function isOver(stack: TestStack, tenantId: string): Promise<boolean> {
  const { status, body } = await stack.api.request('GET', `/v1/tenants/${tenantId}`);
  if (status !== 200) return false;
  const tenant = body as { sessions: { running: number; idle: number }; held: Record<string, number> };
  const held = Object.values(tenant.held).reduce((sum, count) => sum + count, 0);
  return tenant.sessions.running === 0 && tenant.sessions.idle === 0 && held === 0;
}

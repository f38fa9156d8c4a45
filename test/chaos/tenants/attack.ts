import type { Attempt } from '../../../simulated/scripts/script-schema.ts';
import type { ApiClient } from '../../support/client.ts';
import type { HostileServer } from './hostile-server.ts';

/** What a hostile tenant has to attack with. */
export interface AttackWorld {
  /** The first key of the hostile tenant. */
  readonly client: ApiClient;
  readonly hostile: HostileServer;
  /** Connects a provider of the hostile tenant that plays a script of one repeated answer. @returns the models of a run */
  readonly scripted: (answer: ScriptedAnswer) => Promise<readonly string[]>;
  /** How many times an attack repeats what it does: 1 in `npm test`, more in `npm run chaos:tenants`. */
  readonly size: number;
}

export type ScriptedAnswer = Attempt;

/** One attack of a hostile tenant on what it shares with others. */
export interface Attack {
  readonly name: string;
  /**
   * Resolves when the attack is under way: what it started may go on until the tenant is suspended. It takes any answer of
   * the service; an attack that is refused is over.
   */
  readonly start: (world: AttackWorld) => Promise<void>;
}

/** Makes an agent of the hostile tenant with sessions that use these models. */
export async function startSessions(
  { client }: AttackWorld,
  options: {
    readonly agentId: string;
    readonly models: readonly string[];
    readonly count: number;
    readonly message?: string;
  },
): Promise<void> {
  const { agentId, models, count, message = 'Go.' } = options;
  await client.request('POST', '/v1/agent/bootstrap', { agent_id: agentId, budget_daily_usd: 1_000 });
  const path = `/v1/agents/${agentId}/sessions`;
  await Promise.all(
    Array.from({ length: count }, () =>
      client.request('POST', path, { message, models, budget_cap_usd: 1, max_turns: 20 }),
    ),
  );
}

/** A name that agents, providers and servers may have. */
export function nameOf(attack: string): string {
  return attack.replaceAll(/[^a-z0-9]+/g, '-').slice(0, 40);
}

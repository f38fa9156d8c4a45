import type { Attempt } from '../../../simulated/scripts/script-schema.ts';
import type { AnsweringServer } from '../../fixtures/answering-server.ts';
import type { ApiClient } from '../../support/client.ts';

/** The means by which a hostile tenant attacks. */
export interface AttackWorld {
  /** The first key of the hostile tenant. */
  readonly client: ApiClient;
  /** The address of the API. */
  readonly baseUrl: string;
  /** The models and tool servers of the hostile tenant. */
  readonly hostile: AnsweringServer;
  /** Connects a provider of the hostile tenant that plays a script of one repeated answer. @returns the models of a run */
  readonly scripted: (answer: ScriptedAnswer) => Promise<readonly string[]>;
  /** The number of times that an attack repeats what it does. */
  readonly size: number;
}

export const MODEL_KEY = 'hostile-model-key-0123456789';

/** It has a price, without which a provider is not dialled. */
export const HOSTILE_MODEL = {
  id: 'hostile',
  input_usd_per_mtok: 1,
  output_usd_per_mtok: 1,
  context_window: 128_000,
};

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

/** Connects a model of the hostile tenant that answers at this address. @returns the models of a run that uses it */
export async function connectModel(
  { client }: Pick<AttackWorld, 'client'>,
  options: { readonly name: string; readonly url: string; readonly kind?: string },
): Promise<readonly string[]> {
  const { name, url, kind = 'openai-compatible' } = options;
  await client.request('POST', '/v1/providers', {
    provider: kind,
    name,
    api_key: MODEL_KEY,
    base_url: `${url}/v1`,
    models: [HOSTILE_MODEL],
  });
  return [`${name}/*`];
}

/** A name that agents, providers and servers may have. */
export function nameOf(attack: string): string {
  return attack.replaceAll(/[^a-z0-9]+/g, '-').slice(0, 40);
}

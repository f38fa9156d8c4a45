import type { ModelProtocol } from '../../models/model-call.ts';
import type { ApiClient } from '../support/client.ts';
import type { ReportingProvider } from '../support/reporting-provider.ts';
import { costNanoAt } from '../support/reporting-provider.ts';
import { type Refusal, type StrictAnswer, type StrictRequest, startStrictServer } from '../support/strict-server.ts';

interface FleetProvider {
  readonly name: string;
  readonly kind: string;
  readonly protocol: ModelProtocol;
  /** Settings without which a server with a strict template would have to teach them. */
  readonly dialect?: object;
  /** True when its streams report no usage, so the service counts tokens itself. */
  readonly tellsNoUsage?: true;
  /** True when its models are registered with larger windows than they have, so the service must learn them. */
  readonly boastsOfWindow?: true;
}

const PROVIDERS: readonly FleetProvider[] = [
  { name: 'strict-anthropic', kind: 'anthropic', protocol: 'anthropic-messages' },
  { name: 'strict-google', kind: 'google', protocol: 'google-generate', dialect: { alternating_roles: true } },
  {
    name: 'strict-template',
    kind: 'openai-compatible',
    protocol: 'openai-chat',
    dialect: { alternating_roles: true, stream_usage: false },
    tellsNoUsage: true,
  },
  { name: 'strict-openai', kind: 'openai', protocol: 'openai-chat', boastsOfWindow: true },
];
const PRICES = { inputUsdPerMtok: 0.1, outputUsdPerMtok: 0.4 };
const MAX_OUTPUT_TOKENS = 4_096;
const BOAST = 1.4;

export interface FleetSession {
  /** Names the session's models. */
  readonly name: string;
  readonly contextWindow: number;
  readonly answer: (request: StrictRequest) => StrictAnswer;
}

export interface StrictFleet {
  /** What the servers refused, apart from prompts that were too long for a model that was said to hold more. */
  refusals(): readonly Refusal[];
  readonly tooLong: () => number;
  /** The `models` of a run of this session. */
  models(session: FleetSession): readonly string[];
  /** Which provider answered, in the order of requests, by session. */
  readonly answeredBy: ReadonlyMap<string, readonly string[]>;
  /** Providers whose reports can be compared with the ledger (I3). */
  readonly reporting: readonly ReportingProvider[];
  close(): Promise<void>;
}

/** Starts a server for each provider, with models of its own for each session, and connects them. */
export async function startStrictFleet(client: ApiClient, sessions: readonly FleetSession[]): Promise<StrictFleet> {
  const answeredBy = new Map<string, string[]>(sessions.map(({ name }) => [name, []]));
  const sessionOf = (model: string) => sessions.find(({ name }) => name === model);
  const servers = await Promise.all(
    PROVIDERS.map(async (provider) => {
      const server = await startStrictServer({
        limits: (model) => ({
          contextWindow: sessionOf(model)?.contextWindow ?? 0,
          maxOutputTokens: MAX_OUTPUT_TOKENS,
        }),
        template: () => (provider.dialect === undefined ? undefined : 'strict'),
        answer(request) {
          const session = sessionOf(request.model);
          if (session === undefined) throw new Error(`No session has the model ${request.model}.`);
          const answer = session.answer(request);
          if (!('error' in answer) && !request.forSummary) answeredBy.get(session.name)?.push(provider.name);
          return answer;
        },
      });
      await client.call('POST', '/v1/providers', {
        provider: provider.kind,
        name: provider.name,
        api_key: 'key-of-the-soak',
        base_url: server.baseUrl(provider.protocol),
        ...(provider.dialect === undefined ? {} : { dialect: provider.dialect }),
        models: sessions.map(({ name, contextWindow }) => ({
          id: name,
          input_usd_per_mtok: PRICES.inputUsdPerMtok,
          output_usd_per_mtok: PRICES.outputUsdPerMtok,
          context_window: provider.boastsOfWindow ? Math.floor(contextWindow * BOAST) : contextWindow,
          max_output_tokens: Math.min(MAX_OUTPUT_TOKENS, contextWindow / 4),
          capabilities: ['tools', 'streaming'],
        })),
      });
      return { provider, server };
    }),
  );
  const isTooLong = ({ code }: Refusal) => code === 'context_length_exceeded';
  const expected = (boasts: true | undefined, refusal: Refusal) => boasts === true && isTooLong(refusal);
  return {
    refusals: () =>
      servers.flatMap(({ provider, server }) =>
        server.refused.filter((refusal) => !expected(provider.boastsOfWindow, refusal)),
      ),
    tooLong: () => servers.reduce((sum, { server }) => sum + server.refused.filter(isTooLong).length, 0),
    models: ({ name }) => PROVIDERS.map((provider) => `${provider.name}/${name}`),
    answeredBy,
    reporting: servers
      .filter(({ provider }) => provider.tellsNoUsage !== true)
      .map(({ provider, server }) => ({
        name: provider.name,
        report: async () => ({
          requests: server.reported.map(({ model, usage }) => ({ model, sent: { usage, usageComplete: true } })),
        }),
        costNano: (_model, usage) => costNanoAt(PRICES, usage),
      })),
    close: async () => void (await Promise.all(servers.map(({ server }) => server.close()))),
  };
}

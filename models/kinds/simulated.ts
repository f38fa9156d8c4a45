import type { ModelProtocol } from '../model-call.ts';
import { anthropicMessages } from './anthropic.ts';
import { googleGenerate } from './google.ts';
import { openAiCompatibleChat } from './openai-compatible.ts';
import { type KnownModel, type ProviderKind, REASONING_CAPABILITIES, STANDARD_CAPABILITIES } from './provider-kind.ts';

/** A model of the simulated provider. Its figures are invented but keep the proportions of real ones. */
export interface SimulatedModel extends KnownModel {
  readonly displayName: string;
  readonly protocol: ModelProtocol;
  readonly prices: {
    readonly input_usd_per_mtok: number;
    readonly output_usd_per_mtok: number;
    readonly cache_read_usd_per_mtok: number;
    readonly cache_write_usd_per_mtok?: number;
  };
  /** Time to the first byte of an answer. */
  readonly typicalLatencyMs: number;
  /** Pause between two pieces of a streamed answer. */
  readonly typicalChunkDelayMs: number;
}

export const simulatedModels: readonly SimulatedModel[] = [
  {
    id: 'sim-swift',
    displayName: 'Sim Swift (simulated)',
    protocol: 'google-generate',
    prices: { input_usd_per_mtok: 0.1, output_usd_per_mtok: 0.4, cache_read_usd_per_mtok: 0.025 },
    contextWindow: 262_144,
    maxOutputTokens: 4_096,
    capabilities: ['tools', 'streaming'],
    typicalLatencyMs: 60,
    typicalChunkDelayMs: 4,
  },
  {
    id: 'sim-scout',
    displayName: 'Sim Scout (simulated)',
    protocol: 'openai-chat',
    prices: { input_usd_per_mtok: 0.6, output_usd_per_mtok: 2.4, cache_read_usd_per_mtok: 0.15 },
    contextWindow: 128_000,
    maxOutputTokens: 8_192,
    capabilities: STANDARD_CAPABILITIES,
    typicalLatencyMs: 140,
    typicalChunkDelayMs: 8,
  },
  {
    id: 'sim-sage',
    displayName: 'Sim Sage (simulated)',
    protocol: 'anthropic-messages',
    prices: {
      input_usd_per_mtok: 3,
      output_usd_per_mtok: 15,
      cache_read_usd_per_mtok: 0.3,
      cache_write_usd_per_mtok: 3.75,
    },
    contextWindow: 200_000,
    maxOutputTokens: 8_192,
    capabilities: REASONING_CAPABILITIES,
    typicalLatencyMs: 260,
    typicalChunkDelayMs: 12,
  },
];

export function findSimulatedModel(id: string): SimulatedModel | undefined {
  return simulatedModels.find((model) => model.id === id);
}

const PATHS: Readonly<Record<ModelProtocol, string>> = {
  'openai-chat': '/openai/v1',
  'anthropic-messages': '/anthropic/v1',
  'google-generate': '/google/v1beta',
};

/** The base URL for clients of this protocol. `serverUrl` may be that of a script (`{server}/scripts/{name}`). */
export function simulatedBaseUrl(serverUrl: string, protocol: ModelProtocol): string {
  return serverUrl.replace(/\/+$/, '') + PATHS[protocol];
}

export const simulated = {
  name: 'simulated',
  displayName: 'Simulated provider',
  adapters: [googleGenerate, openAiCompatibleChat, anthropicMessages],
  publicBaseUrl: undefined,
  endpointUrl: simulatedBaseUrl,
  needsKey: false,
  environment: { apiKey: undefined, baseUrl: 'AGENT_RUNS_SIMULATED_URL' },
  offers: 'known',
  knownModels: simulatedModels,
  priceTableId: undefined,
  hiddenInputTokens: 0,
  cacheWritePercent: 100,
  isOwnAddress: () => true,
  isTokenizedByO200k: () => false,
} as const satisfies ProviderKind;

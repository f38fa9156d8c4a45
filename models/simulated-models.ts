import type { ModelProtocol } from './model-call.ts';

/** A model of the simulated provider. The figures are invented but keep the proportions of real ones. */
export interface SimulatedModel {
  readonly id: string;
  readonly displayName: string;
  readonly protocol: ModelProtocol;
  readonly inputUsdPerMtok: number;
  readonly outputUsdPerMtok: number;
  readonly cacheReadUsdPerMtok: number;
  readonly contextWindow: number;
  readonly maxOutputTokens: number;
  readonly capabilities: readonly string[];
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
    inputUsdPerMtok: 0.1,
    outputUsdPerMtok: 0.4,
    cacheReadUsdPerMtok: 0.025,
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
    inputUsdPerMtok: 0.6,
    outputUsdPerMtok: 2.4,
    cacheReadUsdPerMtok: 0.15,
    contextWindow: 128_000,
    maxOutputTokens: 8_192,
    capabilities: ['tools', 'streaming', 'prompt-cache'],
    typicalLatencyMs: 140,
    typicalChunkDelayMs: 8,
  },
  {
    id: 'sim-sage',
    displayName: 'Sim Sage (simulated)',
    protocol: 'anthropic-messages',
    inputUsdPerMtok: 3,
    outputUsdPerMtok: 15,
    cacheReadUsdPerMtok: 0.3,
    contextWindow: 200_000,
    maxOutputTokens: 8_192,
    capabilities: ['tools', 'streaming', 'prompt-cache', 'reasoning'],
    typicalLatencyMs: 260,
    typicalChunkDelayMs: 12,
  },
];

const pathOfProtocol: Readonly<Record<ModelProtocol, string>> = {
  'openai-chat': '/openai/v1',
  'anthropic-messages': '/anthropic/v1',
  'google-generate': '/google/v1beta',
};

/** The base URL a client of this protocol is given. `serverUrl` may be a script's (`{server}/scripts/{name}`). */
export function simulatedBaseUrl(serverUrl: string, protocol: ModelProtocol): string {
  return serverUrl.replace(/\/+$/, '') + pathOfProtocol[protocol];
}

export function findSimulatedModel(id: string): SimulatedModel | undefined {
  return simulatedModels.find((model) => model.id === id);
}

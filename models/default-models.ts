/** What a model can do, for the kinds whose models are known without asking the tenant. Prices come from the price table. */
export interface KnownModel {
  readonly id: string;
  readonly contextWindow: number;
  readonly maxOutputTokens: number;
  readonly capabilities: readonly string[];
}

const standard = ['tools', 'streaming', 'prompt-cache'];
const reasoning = [...standard, 'reasoning'];

/** A few current models of each public kind, dearest first; a provider registered with `models` offers those instead. */
export const defaultModels: Readonly<Record<'anthropic' | 'openai' | 'google', readonly KnownModel[]>> = {
  anthropic: [
    { id: 'claude-opus-5', contextWindow: 1_000_000, maxOutputTokens: 128_000, capabilities: reasoning },
    { id: 'claude-sonnet-5', contextWindow: 1_000_000, maxOutputTokens: 128_000, capabilities: reasoning },
    { id: 'claude-haiku-4-5', contextWindow: 200_000, maxOutputTokens: 64_000, capabilities: reasoning },
  ],
  openai: [
    { id: 'gpt-5.1', contextWindow: 400_000, maxOutputTokens: 128_000, capabilities: reasoning },
    { id: 'gpt-4.1', contextWindow: 1_000_000, maxOutputTokens: 32_768, capabilities: standard },
    { id: 'gpt-5-mini', contextWindow: 400_000, maxOutputTokens: 128_000, capabilities: reasoning },
    { id: 'gpt-5-nano', contextWindow: 400_000, maxOutputTokens: 128_000, capabilities: reasoning },
  ],
  google: [
    { id: 'gemini-2.5-pro', contextWindow: 1_048_576, maxOutputTokens: 65_536, capabilities: reasoning },
    { id: 'gemini-2.5-flash', contextWindow: 1_048_576, maxOutputTokens: 65_536, capabilities: reasoning },
    { id: 'gemini-2.5-flash-lite', contextWindow: 1_000_000, maxOutputTokens: 65_536, capabilities: standard },
  ],
};

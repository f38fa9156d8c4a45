import type { LanguageModelV3Prompt, SharedV3ProviderOptions } from '@ai-sdk/provider';

/** Asks Anthropic to keep the prompt up to here for five minutes. */
export const CACHE_MARK: SharedV3ProviderOptions = { anthropic: { cacheControl: { type: 'ephemeral' } } };

/**
 * Marks the system prompt, the end of the transcript, and where the transcript of the request before ended. With the mark
 * behind the tools these are the four that Anthropic takes. It looks back from a mark over twenty parts only, and an answer
 * with many calls has more: so the end of the request before, which certainly is in the cache, has a mark of its own.
 * @param endStays false when something that changes will be put into the last part
 */
export function markForCache(prompt: LanguageModelV3Prompt, { endStays }: { readonly endStays: boolean }): void {
  for (const message of prompt) if (message.role === 'system') message.providerOptions = CACHE_MARK;
  const lastAnswer = prompt.findLastIndex(({ role }) => role === 'assistant');
  const ends = [endStays ? prompt.at(-1) : undefined, lastAnswer > 0 ? prompt[lastAnswer - 1] : undefined];
  for (const message of new Set(ends)) {
    if (message?.role !== 'user' && message?.role !== 'tool') continue;
    const part = message.content.at(-1);
    if (part !== undefined) part.providerOptions = CACHE_MARK;
  }
}

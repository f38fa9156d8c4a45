import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { tokenBounds } from '../../domain/token-bound.ts';

/** The worker goes on with other work after so many slices: 2 ms for English, 25 ms for the slowest texts that were found. */
const SLICES_AT_ONCE = 8;
/** A megabyte of English takes 0.6 s, one of punctuation 12 s. */
const TIMEOUT_MS = 2_000;

const content = z.union([z.string(), z.array(z.object({ text: z.string() }))]).nullish();
const call = z.object({ function: z.object({ arguments: z.string() }) });
const chatRequest = z.object({
  messages: z.array(z.object({ content, tool_calls: z.array(call).nullish() })),
});

/**
 * An upper bound of the input tokens of a request to a model that o200k_base tokenizes. Texts and arguments count in tokens, because
 * OpenAI tokenizes them as they are, between tokens of its own. What frames them, definitions of tools above all, is written
 * anew by OpenAI in a form that it does not publish; it counts in the bytes of its JSON.
 * @returns undefined for a body that is no chat request, and for one that takes too long
 */
export async function tokensOfChatRequest(body: string): Promise<number | undefined> {
  const parsed = chatRequest.safeParse(JSON.parse(body));
  if (!parsed.success) return undefined;
  let tokens = Buffer.byteLength(body);
  let slices = 0;
  const giveUpAt = performance.now() + TIMEOUT_MS;
  for (const text of parsed.data.messages.flatMap(textsOf)) {
    tokens -= Buffer.byteLength(JSON.stringify(text));
    for (const bound of tokenBounds(text)) {
      tokens += bound;
      slices += 1;
      if (slices % SLICES_AT_ONCE !== 0) continue;
      if (performance.now() > giveUpAt) return undefined;
      await setImmediate();
    }
  }
  return tokens;
}

function textsOf({ content: said, tool_calls: calls }: z.infer<typeof chatRequest>['messages'][number]): string[] {
  const texts = typeof said === 'string' ? [said] : (said ?? []).map(({ text }) => text);
  return [...texts, ...(calls ?? []).map((each) => each.function.arguments)];
}

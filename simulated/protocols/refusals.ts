import type { z } from 'zod';
import { findSimulatedModel } from '../../models/kinds/simulated.ts';
import { RefusedRequest } from '../conversation.ts';

/** Parses a body. @throws RefusedRequest with the path of the first thing that is wrong */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue?.path.join('.') ?? '';
  throw new RefusedRequest(`${path === '' ? 'body' : path}: ${issue?.message ?? 'Invalid input'}`, { param: path });
}

/** Refuses tool names that the real provider would refuse: those that do not match `pattern`, and a name given twice. */
export function refuseBadToolNames(names: readonly string[], pattern: RegExp, field: (index: number) => string): void {
  const seen = new Set<string>();
  for (const [index, name] of names.entries()) {
    if (!pattern.test(name)) {
      throw new RefusedRequest(`${field(index)}: String should match pattern '${pattern.source}'`, {
        param: field(index),
      });
    }
    if (seen.has(name))
      throw new RefusedRequest(`${field(index)}: Tool names must be unique.`, { param: field(index) });
    seen.add(name);
  }
}

/** Refuses what is over the limits of a model of the catalog. Models that only a script knows have no limits. */
export function refuseOverLimit(model: string, bodyTokens: number, maxOutputTokens: number | undefined): void {
  const known = findSimulatedModel(model);
  if (known === undefined) return;
  if (maxOutputTokens !== undefined && maxOutputTokens > known.maxOutputTokens) {
    throw new RefusedRequest(
      `max_tokens: ${maxOutputTokens} > ${known.maxOutputTokens}, which is the maximum allowed number of output tokens for ${model}`,
      { param: 'max_tokens' },
    );
  }
  if (bodyTokens > known.contextWindow) {
    throw new RefusedRequest(
      `This model's maximum context length is ${known.contextWindow} tokens. However, your messages resulted in ${bodyTokens} tokens.`,
      { code: 'context_length_exceeded', param: 'messages' },
    );
  }
}

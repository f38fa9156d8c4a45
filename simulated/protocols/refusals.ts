import type { z } from 'zod';
import { findSimulatedModel } from '../../models/kinds/simulated.ts';
import { RefusedRequest } from '../conversation.ts';
import { countTokens } from '../reply.ts';
import type { WireRequest } from './protocol.ts';

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

/**
 * Refuses what is over the limits of the model: those that the server was given, or those of the catalog. Models that only
 * a script knows have no limits.
 * @param words how the provider says that the context window is exceeded
 */
export function refuseOverLimit(
  wire: WireRequest,
  request: {
    readonly model: string;
    readonly maxOutputTokens: number | undefined;
    /** True where prompt and answer share the context window. */
    readonly answerCounts: boolean;
  },
  words: (contextWindow: number, inputTokens: number, outputTokens: number) => string,
): void {
  const limits = wire.limits ?? findSimulatedModel(request.model);
  if (limits === undefined) return;
  const { model, maxOutputTokens = 0 } = request;
  if (maxOutputTokens > (limits.maxOutputTokens ?? Number.POSITIVE_INFINITY)) {
    throw new RefusedRequest(
      `max_tokens: ${maxOutputTokens} > ${limits.maxOutputTokens}, which is the maximum allowed number of output tokens for ${model}`,
      { param: 'max_tokens' },
    );
  }
  const inputTokens = wire.inputTokens ?? countTokens(wire.bodyBytes);
  const countedTokens = inputTokens + (request.answerCounts ? maxOutputTokens : 0);
  if (countedTokens > limits.contextWindow) {
    const message = words(limits.contextWindow, inputTokens, maxOutputTokens);
    throw new RefusedRequest(message, { code: CONTEXT_TOO_LONG, param: 'messages' });
  }
}

/** The code of a refusal of a prompt that is too long. */
export const CONTEXT_TOO_LONG = 'context_length_exceeded';

/** Refuses two messages of the same role in a row, as servers with strict templates do. */
export function refuseSameRoles(roles: readonly string[]): void {
  const index = roles.findIndex((role, place) => place > 0 && role === roles[place - 1]);
  if (index > 0) {
    throw new RefusedRequest(
      `messages: roles must alternate between "user" and "assistant", but found multiple "${roles[index]}" roles in a row`,
    );
  }
}

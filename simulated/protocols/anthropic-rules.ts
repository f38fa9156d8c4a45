import { RefusedRequest } from '../conversation.ts';
import { isOwnSignature } from '../reasoning-signature.ts';
import type { AnthropicBlock, AnthropicBody, AnthropicTurn } from './anthropic-body.ts';

/** A request may mark so many places up to which the prompt is to be cached. */
const MOST_CACHE_MARKS = 4;

/** What the real provider refuses in a body that has the right form. @throws RefusedRequest */
export function checkAnthropic(body: AnthropicBody, turns: readonly AnthropicTurn[]): void {
  if (turns.length === 0) throw new RefusedRequest('messages: at least one message is required');
  if (turns[0]?.role !== 'user') throw new RefusedRequest('messages: first message must use the "user" role');
  refuseEmptyContent(turns);
  refuseUnpaired(turns);
  refuseForeignThinking(turns, body.model);
  refuseUselessThinking(body, turns);
  refuseManyCacheMarks(body, turns);
  if (turns.at(-1)?.role === 'assistant') {
    throw new RefusedRequest(
      'This model does not support assistant message prefill. The conversation must end with a user message.',
    );
  }
}

function refuseEmptyContent(turns: readonly AnthropicTurn[]): void {
  for (const [index, { role, blocks }] of turns.entries()) {
    if (blocks.length === 0 && (role === 'user' || index < turns.length - 1)) {
      throw new RefusedRequest(
        `messages.${index}: all messages must have non-empty content except for the optional final assistant message`,
      );
    }
    for (const [place, each] of blocks.entries()) {
      if (each.type === 'text' && each.text.trim() === '') {
        throw new RefusedRequest('messages: text content blocks must contain non-whitespace text');
      }
      if (each.type === 'tool_result' && each.is_error === true && (each.content ?? '').length === 0) {
        throw new RefusedRequest(
          `messages.${index}.content.${place}.tool_result: content cannot be empty if \`is_error\` is true`,
        );
      }
    }
  }
}

function refuseUnpaired(turns: readonly AnthropicTurn[]): void {
  const known = new Set<string>();
  let open: string[] = [];
  for (const [index, { role, blocks }] of turns.entries()) {
    // Only results at the beginning of the message count: the real provider refuses a text before a result.
    const leading = blocks.findIndex((each) => each.type !== 'tool_result');
    const results = blocks.slice(0, leading === -1 ? blocks.length : leading);
    const answered = new Set(results.map((each) => (each.type === 'tool_result' ? each.tool_use_id : '')));
    const missing = open.filter((id) => !answered.has(id));
    if (missing.length > 0) throw unansweredCalls(index, missing);
    refuseUncalledResults(index, { role, blocks }, open);
    open = [];
    for (const [place, each] of blocks.entries()) {
      if (each.type !== 'tool_use') continue;
      if (role !== 'assistant') {
        throw new RefusedRequest(`messages.${index}: \`tool_use\` blocks can only be in \`assistant\` messages`);
      }
      if (known.has(each.id))
        throw new RefusedRequest(`messages.${index}.content.${place}: \`tool_use\` ids must be unique`);
      known.add(each.id);
      open.push(each.id);
    }
  }
  if (open.length > 0) throw unansweredCalls(turns.length, open);
}

function refuseUncalledResults(index: number, { role, blocks }: AnthropicTurn, open: readonly string[]): void {
  const seen = new Set<string>();
  for (const [place, each] of blocks.entries()) {
    if (each.type !== 'tool_result') continue;
    const { tool_use_id: id } = each;
    if (role !== 'user' || !open.includes(id)) {
      throw new RefusedRequest(
        `messages.${index}.content.${place}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${id}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
      );
    }
    if (seen.has(id)) {
      throw new RefusedRequest(
        `messages.${index}.content.${place}: each tool_use must have a single result. Found multiple \`tool_result\` blocks with id: ${id}`,
      );
    }
    seen.add(id);
  }
}

function unansweredCalls(index: number, ids: readonly string[]): RefusedRequest {
  return new RefusedRequest(
    `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${ids.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
  );
}

function refuseForeignThinking(turns: readonly AnthropicTurn[], model: string): void {
  for (const [index, { blocks }] of turns.entries()) {
    for (const [place, each] of blocks.entries()) {
      const where = `messages.${index}.content.${place}`;
      if (each.type === 'thinking' && !isOwnSignature(each.signature, model, each.thinking)) {
        throw new RefusedRequest(`${where}: Invalid \`signature\` in \`thinking\` block`);
      }
      // This server never redacts, so redacted reasoning can only come from another provider.
      if (each.type === 'redacted_thinking') {
        throw new RefusedRequest(`${where}: Invalid \`data\` in \`redacted_thinking\` block`);
      }
    }
  }
}

function refuseUselessThinking({ thinking, max_tokens }: AnthropicBody, turns: readonly AnthropicTurn[]): void {
  if (thinking?.type !== 'enabled') return;
  if (max_tokens <= (thinking.budget_tokens ?? 0)) {
    throw new RefusedRequest('`max_tokens` must be greater than `thinking.budget_tokens`.');
  }
  if (!(turns.at(-1)?.blocks ?? []).some(({ type }) => type === 'tool_result')) return;
  const first = turns.findLast(({ role }) => role === 'assistant')?.blocks[0]?.type;
  if (first === undefined || first === 'thinking' || first === 'redacted_thinking') return;
  throw new RefusedRequest(
    `messages: Expected \`thinking\` or \`redacted_thinking\`, but found \`${first}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block.`,
  );
}

function refuseManyCacheMarks({ system, tools }: AnthropicBody, turns: readonly AnthropicTurn[]): void {
  const marks = [...(typeof system === 'string' ? [] : (system ?? [])), ...(tools ?? []), ...turns.flatMap(blocksOf)];
  const count = marks.filter(isMarked).length;
  if (count > MOST_CACHE_MARKS) {
    throw new RefusedRequest(
      `A maximum of ${MOST_CACHE_MARKS} blocks with cache_control may be provided. Found ${count}.`,
    );
  }
}

function blocksOf({ blocks }: AnthropicTurn): readonly AnthropicBlock[] {
  return blocks;
}

/** True when the request asks for the prompt to be cached up to this part of it. */
export function isMarked(part: object): boolean {
  return 'cache_control' in part && part.cache_control != null;
}

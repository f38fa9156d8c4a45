import { z } from 'zod';
import {
  type ConversationItem,
  RefusedRequest,
  resultItems,
  type SimulatedRequest,
  userItems,
} from '../conversation.ts';
import { isOwnSignature } from '../reasoning-signature.ts';
import { countTokens } from '../reply.ts';
import type { WireRequest } from './protocol.ts';
import { parseBody, refuseBadToolNames, refuseOverLimit } from './refusals.ts';

const idPattern = /^[a-zA-Z0-9_-]+$/;
const toolId = z.string().regex(idPattern, `String should match pattern '${idPattern.source}'`);
const cacheControl = z.object({ type: z.string() }).nullish();
const plainBlock = z.object({ type: z.string(), text: z.string().optional(), cache_control: cacheControl });
const block = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('text'),
    text: z.string().min(1, 'text content blocks must be non-empty'),
    cache_control: cacheControl,
  }),
  z.object({
    type: z.literal('tool_use'),
    id: toolId,
    name: z.string(),
    input: z.record(z.string(), z.unknown()),
    cache_control: cacheControl,
  }),
  z.object({
    type: z.literal('tool_result'),
    tool_use_id: toolId,
    content: z.union([z.string(), z.array(plainBlock)]).optional(),
    is_error: z.boolean().nullish(),
    cache_control: cacheControl,
  }),
  z.object({ type: z.literal('thinking'), thinking: z.string(), signature: z.string() }),
  z.object({ type: z.literal('redacted_thinking'), data: z.string() }),
  z.object({ type: z.literal('image'), source: z.unknown(), cache_control: cacheControl }),
  z.object({ type: z.literal('document'), source: z.unknown(), cache_control: cacheControl }),
]);
const message = z.object({
  role: z.enum(['user', 'assistant'], "Input should be 'user' or 'assistant'"),
  content: z.union([z.string(), z.array(block)]),
});
const bodySchema = z.object({
  model: z.string().min(1),
  max_tokens: z.int('Field required').min(1),
  system: z.union([z.string(), z.array(plainBlock)]).optional(),
  messages: z.array(message),
  tools: z
    .array(
      z.object({
        name: z.string(),
        input_schema: z.looseObject({ type: z.literal('object') }),
        cache_control: cacheControl,
      }),
    )
    .optional(),
  tool_choice: z.object({ type: z.string() }).optional(),
  thinking: z.object({ type: z.string() }).optional(),
  stream: z.boolean().optional(),
});
type Block = z.infer<typeof block>;

interface Turn {
  readonly role: 'user' | 'assistant';
  readonly blocks: readonly Block[];
}

/** Reads a messages request. @throws RefusedRequest */
export function readAnthropicRequest(wire: WireRequest): SimulatedRequest {
  if (wire.header('anthropic-version') === undefined) throw new RefusedRequest('anthropic-version: header is required');
  const body = parseBody(bodySchema, wire.body);
  if (body.messages.length === 0) throw new RefusedRequest('messages: at least one message is required');
  const turns = body.messages.map(turnOf);
  if (turns[0]?.role !== 'user') throw new RefusedRequest('messages: first message must use the "user" role');
  refuseEmptyContent(turns);
  refuseUnpaired(turns);
  refuseForeignThinking(turns, body.model);
  const tools = body.tools ?? [];
  refuseBadToolNames(
    tools.map((tool) => tool.name),
    /^[a-zA-Z0-9_-]{1,128}$/,
    (index) => `tools.${index}.name`,
  );
  refuseOverLimit(body.model, countTokens(wire.bodyBytes), body.max_tokens);
  const system = typeof body.system === 'string' ? [] : (body.system ?? []);
  const marked = [...system, ...tools, ...turns.flatMap((turn) => turn.blocks)];
  return {
    protocol: 'anthropic-messages',
    model: body.model,
    stream: body.stream ?? false,
    reportsUsage: true,
    maxOutputTokens: body.max_tokens,
    items: turns.flatMap(itemsOf),
    tools:
      body.tool_choice?.type === 'none'
        ? []
        : tools.map((tool) => ({ name: tool.name, inputSchema: tool.input_schema })),
    turn: turns.filter((turn) => turn.role === 'assistant').length,
    bodyBytes: wire.bodyBytes,
    cachesPrompt: marked.some((each) => 'cache_control' in each && each.cache_control != null),
    wantsReasoning: body.thinking !== undefined && body.thinking.type !== 'disabled',
  };
}

function turnOf(each: z.infer<typeof message>): Turn {
  const blocks: Block[] =
    typeof each.content === 'string'
      ? each.content === ''
        ? []
        : [{ type: 'text', text: each.content }]
      : each.content;
  return { role: each.role, blocks };
}

function refuseEmptyContent(turns: readonly Turn[]): void {
  for (const [index, turn] of turns.entries()) {
    const mayBeEmpty = turn.role === 'assistant' && index === turns.length - 1;
    if (turn.blocks.length === 0 && !mayBeEmpty) {
      throw new RefusedRequest(
        `messages.${index}: all messages must have non-empty content except for the optional final assistant message`,
      );
    }
  }
}

function refuseUnpaired(turns: readonly Turn[]): void {
  const known = new Set<string>();
  let open: string[] = [];
  for (const [index, turn] of turns.entries()) {
    // Only results at the beginning of the message count: the real provider refuses a text before a result.
    const leading = turn.blocks.findIndex((each) => each.type !== 'tool_result');
    const results = turn.blocks.slice(0, leading === -1 ? turn.blocks.length : leading);
    const answered = new Set(results.map((each) => (each.type === 'tool_result' ? each.tool_use_id : '')));
    const missing = open.filter((id) => !answered.has(id));
    if (missing.length > 0) throw unansweredCalls(index, missing);
    for (const [place, each] of turn.blocks.entries()) {
      if (each.type !== 'tool_result') continue;
      if (turn.role === 'user' && open.includes(each.tool_use_id)) continue;
      throw new RefusedRequest(
        `messages.${index}.content.${place}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${each.tool_use_id}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
      );
    }
    open = [];
    for (const [place, each] of turn.blocks.entries()) {
      if (each.type !== 'tool_use') continue;
      if (turn.role !== 'assistant') {
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

function unansweredCalls(index: number, ids: readonly string[]): RefusedRequest {
  return new RefusedRequest(
    `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${ids.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
  );
}

function refuseForeignThinking(turns: readonly Turn[], model: string): void {
  for (const [index, turn] of turns.entries()) {
    for (const [place, each] of turn.blocks.entries()) {
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

function itemsOf(turn: Turn): ConversationItem[] {
  if (turn.role === 'assistant') {
    const texts = turn.blocks.map((each) => (each.type === 'text' ? each.text : ''));
    const calls = turn.blocks.flatMap((each) =>
      each.type === 'tool_use' ? [{ id: each.id, name: each.name, args: each.input }] : [],
    );
    return [{ kind: 'assistant', text: texts.join(''), calls }];
  }
  return turn.blocks.flatMap((each): ConversationItem[] => {
    if (each.type === 'text') return userItems(each.text);
    if (each.type !== 'tool_result') return [];
    const output =
      typeof each.content === 'string' ? each.content : (each.content ?? []).map((part) => part.text ?? '').join('\n');
    return resultItems({ callId: each.tool_use_id, output, isError: each.is_error === true });
  });
}

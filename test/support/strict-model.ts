import { SUMMARY_REQUEST } from '../../domain/summary.ts';
import { countTokens } from '../../domain/tokens.ts';
import { eventStream, startEndpoint } from '../integration/models/endpoint.ts';
import type { ApiClient } from './client.ts';

interface WireMessage {
  readonly role: string;
  readonly content?: unknown;
  readonly tool_calls?: readonly { readonly id: string }[];
  readonly tool_call_id?: string;
}

export interface StrictAnswer {
  readonly text?: string;
  readonly toolCalls?: readonly { readonly name: string; readonly args: object }[];
}

export interface StrictModelOptions {
  /** The limit of the model: a prompt and `max_tokens` that together exceed it are refused. */
  readonly contextWindow: number;
  /** What the model is registered with. Default: its limit. */
  readonly registeredWindow?: number;
  /** @param request counts from 0; refused requests and requests for a summary are not counted */
  readonly answer: (request: number) => StrictAnswer;
}

/**
 * An OpenAI-compatible model as strict as the real servers: it counts the tokens of each request and refuses one that is too
 * long, or in which a call has no result or a result no call. Unlike a script it does not tell turns by the number of answers in
 * the prompt, so it also serves sessions whose early turns are left out.
 */
export async function connectStrictModel(client: ApiClient, name: string, options: StrictModelOptions) {
  const prompts: (readonly WireMessage[])[] = [];
  const summaries: (readonly WireMessage[])[] = [];
  const refused: string[] = [];
  const endpoint = await startEndpoint((response, { body }) => {
    const { messages, tools, max_tokens } = body as { messages: WireMessage[]; tools?: unknown; max_tokens: number };
    const tokens = countTokens(JSON.stringify([messages, tools])) + max_tokens;
    const refusal =
      tokens > options.contextWindow
        ? `This model's maximum context length is ${options.contextWindow} tokens. However, you requested ${tokens} tokens (${tokens - max_tokens} in the messages, ${max_tokens} in the completion). Please reduce the length of the messages.`
        : unpaired(messages)[0];
    if (refusal !== undefined) {
      refused.push(refusal);
      response.writeHead(400, { 'content-type': 'application/json' });
      const code = tokens > options.contextWindow ? 'context_length_exceeded' : 'invalid_value';
      response.end(JSON.stringify({ error: { message: refusal, type: 'invalid_request_error', code } }));
      return;
    }
    const forSummary = String(messages[0]?.content).startsWith(SUMMARY_REQUEST);
    (forSummary ? summaries : prompts).push(messages);
    const { text, toolCalls } = forSummary ? { text: 'Hives were read.' } : options.answer(prompts.length - 1);
    const send = eventStream(response);
    const chunk = (delta: object, finish: string | null) =>
      send({ id: 'c1', object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] });
    if (text !== undefined) chunk({ role: 'assistant', content: text }, null);
    toolCalls?.forEach((call, index) => {
      const made = { name: call.name, arguments: JSON.stringify(call.args) };
      chunk({ tool_calls: [{ index, id: `c${prompts.length}_${index}`, type: 'function', function: made }] }, null);
    });
    chunk({}, toolCalls === undefined ? 'stop' : 'tool_calls');
    const prompt_tokens = tokens - max_tokens;
    send({ id: 'c1', choices: [], usage: { prompt_tokens, completion_tokens: 20, total_tokens: prompt_tokens + 20 } });
    send('[DONE]');
    response.end();
  });
  const context_window = options.registeredWindow ?? options.contextWindow;
  const price = { input_usd_per_mtok: 0.1, output_usd_per_mtok: 0.4 };
  await client.call('POST', '/v1/providers', {
    provider: 'openai-compatible',
    name,
    base_url: `${endpoint.baseUrl}/v1`,
    models: [{ id: 'strict', context_window, ...price, capabilities: ['tools'] }],
  });
  return { models: [`${name}/*`], prompts, summaries, refused, close: endpoint.close };
}

/** A call without its result right behind it, or a result without a call. */
function unpaired(messages: readonly WireMessage[]): string[] {
  const open = new Set<string>();
  const wrong: string[] = [];
  for (const { role, tool_calls = [], tool_call_id = '' } of messages) {
    if (role === 'tool') {
      if (!open.delete(tool_call_id)) wrong.push(`The result ${tool_call_id} has no call.`);
      continue;
    }
    wrong.push(...[...open].map((id) => `The call ${id} has no result.`));
    open.clear();
    for (const { id } of tool_calls) open.add(id);
  }
  return [...wrong, ...[...open].map((id) => `The call ${id} has no result.`)];
}

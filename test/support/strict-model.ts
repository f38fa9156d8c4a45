import type { ApiClient } from './client.ts';
import { startStrictServer } from './strict-server.ts';

export interface WireMessage {
  readonly role: string;
  readonly content?: unknown;
}

export interface ModelAnswer {
  readonly text?: string;
  readonly toolCalls?: readonly { readonly name: string; readonly args: object }[];
}

export interface StrictModelOptions {
  /** The limit of the model: a prompt and `max_tokens` that together exceed it are refused. */
  readonly contextWindow: number;
  /** What the model is registered with. Default: its limit. */
  readonly registeredWindow?: number;
  /**
   * @param request counts from 0; refused requests and requests for a summary are not counted
   * @param prompt what it was sent, as JSON
   */
  readonly answer: (request: number, prompt: readonly WireMessage[]) => ModelAnswer;
}

/** An OpenAI-compatible model behind a strict server, which keeps the prompts that it took. */
export async function connectStrictModel(client: ApiClient, name: string, options: StrictModelOptions) {
  const prompts: (readonly WireMessage[])[] = [];
  const summaries: (readonly WireMessage[])[] = [];
  const server = await startStrictServer({
    limits: () => ({ contextWindow: options.contextWindow }),
    answer({ body, forSummary }) {
      (forSummary ? summaries : prompts).push(body.messages);
      const { text, toolCalls } = forSummary
        ? { text: 'Hives were read.' }
        : options.answer(prompts.length - 1, body.messages);
      return { text: text ?? '', toolCalls: toolCalls ?? [] };
    },
  });
  const context_window = options.registeredWindow ?? options.contextWindow;
  const price = { input_usd_per_mtok: 0.1, output_usd_per_mtok: 0.4 };
  await client.call('POST', '/v1/providers', {
    provider: 'openai-compatible',
    name,
    base_url: server.baseUrl('openai-chat'),
    models: [{ id: 'strict', context_window, ...price, capabilities: ['tools'] }],
  });
  return { models: [`${name}/*`], prompts, summaries, refused: server.refused, close: server.close };
}

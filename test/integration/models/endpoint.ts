import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ModelProtocol } from '../../../models/model-call.ts';

export interface ReceivedRequest {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: the body of whichever protocol the test speaks
  readonly body: any;
}

export type Answering = (response: ServerResponse, request: ReceivedRequest) => void;

/** A model endpoint on loopback that answers each request as the test says. */
export async function startEndpoint(answer: Answering) {
  const received: ReceivedRequest[] = [];
  const sockets = new Set<unknown>();
  let onRequest: (() => void) | undefined;
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (piece) => {
      text += piece;
    });
    request.on('end', () => {
      const seen = { url: request.url ?? '', headers: request.headers, text, body: JSON.parse(text) };
      received.push(seen);
      onRequest?.();
      answer(response, seen);
    });
  });
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    baseUrl: `http://127.0.0.1:${port}`,
    received,
    /** The number of connections that the endpoint has accepted. */
    connections: () => sockets.size,
    nextRequest: () =>
      new Promise<void>((arrived) => {
        onRequest = arrived;
      }),
    async close() {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Begins a 2xx event stream and returns a writer of `data:` events. */
export function eventStream(response: ServerResponse): (data: unknown) => void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  return (data) => {
    response.write(`data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`);
  };
}

export const openAiText = (content: string) => ({ id: 'c1', choices: [{ index: 0, delta: { content } }] });
export const openAiFinish = (finish_reason: string) => ({
  id: 'c1',
  choices: [{ index: 0, delta: {}, finish_reason }],
});
export const openAiUsage = {
  id: 'c1',
  choices: [],
  usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
};

/** A complete OpenAI answer with this text. */
export const openAiAnswer =
  (text: string): Answering =>
  (response) => {
    const send = eventStream(response);
    for (const data of [openAiText(text), openAiFinish('stop'), openAiUsage, '[DONE]']) send(data);
    response.end();
  };

/** A complete Anthropic answer with these content blocks, each given as its start and its deltas. */
export const anthropicAnswer =
  (blocks: readonly { start: object; deltas: readonly object[] }[], stopReason: string): Answering =>
  (response) => {
    const send = eventStream(response);
    const usage = { input_tokens: 20, cache_read_input_tokens: 5, cache_creation_input_tokens: 3, output_tokens: 1 };
    send({ type: 'message_start', message: { id: 'm1', model: 'm', role: 'assistant', content: [], usage } });
    for (const [index, block] of blocks.entries()) {
      send({ type: 'content_block_start', index, content_block: block.start });
      for (const delta of block.deltas) send({ type: 'content_block_delta', index, delta });
      send({ type: 'content_block_stop', index });
    }
    send({ type: 'message_delta', delta: { stop_reason: stopReason }, usage: { output_tokens: 9 } });
    send({ type: 'message_stop' });
    response.end();
  };

/** A complete Google answer with these parts. */
export const googleAnswer =
  (parts: readonly object[], finishReason = 'STOP'): Answering =>
  (response) => {
    const send = eventStream(response);
    send({
      candidates: [{ content: { role: 'model', parts }, finishReason, index: 0 }],
      usageMetadata: { promptTokenCount: 30, candidatesTokenCount: 4, thoughtsTokenCount: 6, totalTokenCount: 40 },
    });
    response.end();
  };

/** The shortest answer of each protocol, for tests that look at requests. */
export const anyAnswer: Record<ModelProtocol, Answering> = {
  'openai-chat': openAiAnswer('ok'),
  'anthropic-messages': anthropicAnswer(
    [{ start: { type: 'text', text: '' }, deltas: [{ type: 'text_delta', text: 'ok' }] }],
    'end_turn',
  ),
  'google-generate': googleAnswer([{ text: 'ok' }]),
};

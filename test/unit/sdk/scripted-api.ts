import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { BrainstormRouter, type ClientOptions } from 'brainstormrouter';

/** A request that the client sent. */
export interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** What the body says as JSON. Undefined where there is none. */
  readonly body: unknown;
}

export type Answer = (response: ServerResponse, request: SentRequest) => void | Promise<void>;

export interface ScriptedApi {
  readonly client: BrainstormRouter;
  /** What the client sent, in order. */
  readonly sent: readonly SentRequest[];
  /** Resolves when so many requests were sent. */
  received(count: number): Promise<void>;
  withOptions(options: ClientOptions): BrainstormRouter;
  close(): Promise<void>;
}

/** A server that gives these answers, one a request, and a client of it that waits for nothing longer than it must. */
export async function startScriptedApi(...answers: readonly Answer[]): Promise<ScriptedApi> {
  const sent: SentRequest[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const http = createServer(async (request, response) => {
    response.on('error', () => undefined);
    const body = await text(request).catch(() => '');
    const url = new URL(request.url ?? '/', 'http://localhost');
    const seen: SentRequest = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: body === '' ? undefined : JSON.parse(body),
    };
    const answer = answers[sent.push(seen) - 1];
    for (const { count, resolve } of waiting) if (sent.length >= count) resolve();
    if (answer === undefined) refuse(404, 'route_not_found')(response, seen);
    else await answer(response, seen);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const options: ClientOptions = { apiKey: 'brk_test', baseUrl: `http://127.0.0.1:${port}`, logLevel: 'off' };
  return {
    client: new BrainstormRouter(options),
    sent,
    received: (count) =>
      sent.length >= count ? Promise.resolve() : new Promise((resolve) => waiting.push({ count, resolve })),
    withOptions: (more) => new BrainstormRouter({ ...options, ...more }),
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

/** A JSON answer. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}

/** A refusal in the error envelope. It asks for no wait, so that a repetition comes at once. */
export function refuse(status: number, code: string, headers: Record<string, string> = {}): Answer {
  const error = { message: `Refused: ${code}.`, type: 'api_error', code, request_id: 'req_1' };
  return json({ error }, status, { 'retry-after-ms': '1', ...headers });
}

/** An event stream that may go on. */
export interface OpenStream {
  write(text: string): void;
  end(): void;
  cut(): void;
}

/** An event stream of these texts. @param then what happens next; the stream ends unless it is given */
export function stream(texts: readonly string[], then: (open: OpenStream) => void = ({ end }) => end()): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-session-id': 'sess_1' });
    response.write('retry: 1\n\n');
    for (const text of texts) response.write(text);
    then({
      write: (text) => response.write(text),
      end: () => response.end(),
      cut: () => setImmediate(() => response.destroy()),
    });
  };
}

export function frame(id: string | number, type: string, data: unknown): string {
  return `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}

export const running = (id: string | number) =>
  frame(id, 'session.status_running', { sessionId: 'sess_1', agentId: 'a-1', maxTurns: 10, budgetCapUsd: null });

export function message(id: string | number, text: string, turnIndex = 0): string {
  const usage = { inputTokens: 10, outputTokens: 5, cacheReadTokens: 1 };
  return frame(id, 'agent.message', { text, model: 'm', provider: 'p', turnIndex, usage, costUsd: 0.25 });
}

export function delta(id: string, text: string, offset: number, attempt = 1): string {
  const restart = attempt > 1 && offset === 0 ? true : undefined;
  return frame(id, 'agent.message_delta', { turnIndex: 0, attempt, offset, text, model: 'm', provider: 'p', restart });
}

export const savings = (id: string | number, savingsUsd: number) =>
  frame(id, 'br.routing_savings', { turnIndex: 0, model: 'm', savingsUsd });

export const waits = (id: string | number, cause = 'awaiting_input') =>
  frame(id, 'session.status_idle', { cause, idleTimeoutMs: 1000 });

export const ended = (id: string | number, reason = 'completed', more: object = {}) =>
  frame(id, 'session.status_ended', { reason, totalTurns: 1, totalCostUsd: 0.5, durationMs: 42, ...more });

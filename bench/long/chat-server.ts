import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Benchmark } from '../run-benchmark.ts';

/** The fault that a request meets. `cut`: the connection breaks in the middle of the answer. `noise`: nonsense follows behind its end. */
export type Fault = 'cut' | 'noise';

export interface SentPrompt {
  /** Tool definitions and messages, as they were sent. */
  readonly bytes: number;
  /** How many of them, from the beginning on, are those of the request before: a strict prefix cache has them. */
  readonly cachedBytes: number;
  readonly fault: Fault | undefined;
}

export interface ChatServer {
  readonly baseUrl: string;
  /** The prompts of turns in the order of their arrival, since `clear`. Requests for summaries are left out. */
  readonly prompts: readonly SentPrompt[];
  clear(): void;
}

const CALL = { name: 'workspace_read', arguments: JSON.stringify({ name: 'notes.md' }) };

/**
 * A model server of the chat-completions protocol, for one session at a time. Every answer calls the same tool. It tells
 * the turns by nothing, so a transcript may be cut to any window.
 */
export async function startChatServer(
  benchmark: Benchmark,
  faultOf: (request: number) => Fault | undefined = () => undefined,
): Promise<ChatServer> {
  const prompts: SentPrompt[] = [];
  let before = Buffer.alloc(0);
  const server = createServer(async (request, response) => {
    const { tools, messages }: { tools?: unknown; messages?: unknown } = JSON.parse(await text(request));
    // The service asks for summaries of what leaves the window without tools. They belong to no turn.
    if (tools === undefined) {
      answer(response, { id: 'summary', inputTokens: 1_000, fault: undefined, summary: true });
      return;
    }
    // The last bracket closes the list. It is not a part of the prompt.
    const prompt = Buffer.from(JSON.stringify([tools, messages]).slice(0, -2));
    const fault = faultOf(prompts.length);
    prompts.push({ bytes: prompt.length, cachedBytes: commonPrefix(before, prompt), fault });
    before = prompt;
    answer(response, { id: `call_${prompts.length}`, inputTokens: Math.ceil(prompt.length / 4), fault });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  benchmark.onEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  // A server that listens on a port has an address with a port.
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    prompts,
    clear() {
      prompts.length = 0;
      before = Buffer.alloc(0);
    },
  };
}

function answer(
  response: ServerResponse,
  {
    id,
    inputTokens,
    fault,
    summary = false,
  }: { id: string; inputTokens: number; fault: Fault | undefined; summary?: boolean },
): void {
  const send = (data: object) => response.write(`data: ${JSON.stringify({ id, ...data })}\n\n`);
  const choice = (delta: object, finish: string | null) =>
    send({ choices: [{ index: 0, delta, finish_reason: finish }] });
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  choice({ role: 'assistant', content: 'I read the notes again.' }, null);
  if (fault === 'cut') {
    response.write(': the rest never comes\n\n', () => response.destroy());
    return;
  }
  if (!summary) choice({ tool_calls: [{ index: 0, id, type: 'function', function: CALL }] }, null);
  choice({}, summary ? 'stop' : 'tool_calls');
  const usage = { prompt_tokens: inputTokens, completion_tokens: 30, total_tokens: inputTokens + 30 };
  send({ choices: [], usage });
  if (fault === 'noise') {
    response.write('data: [DONE]\n\nevent: ping\ndata: {"choices":null}\n\n', () => response.destroy());
    return;
  }
  response.end('data: [DONE]\n\n');
}

function commonPrefix(a: Buffer, b: Buffer): number {
  const most = Math.min(a.length, b.length);
  if (a.subarray(0, most).equals(b.subarray(0, most))) return most;
  let at = 0;
  while (a[at] === b[at]) at++;
  return at;
}

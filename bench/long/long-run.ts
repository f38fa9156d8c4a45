import type { BenchStack } from '../bench-stack.ts';
import { runSession, type SessionTimes } from '../run-session.ts';
import type { ChatServer } from './chat-server.ts';

/** Connects the server as a provider. @returns what `models` of a run must be */
export async function connectServer(
  { client }: BenchStack,
  name: string,
  server: ChatServer,
): Promise<readonly string[]> {
  const model = {
    input_usd_per_mtok: 0.1,
    output_usd_per_mtok: 0.4,
    context_window: 400_000,
    max_output_tokens: 8_192,
    capabilities: ['tools'],
  };
  await client.send('POST', '/v1/providers', {
    provider: 'openai-compatible',
    name,
    base_url: server.baseUrl,
    models: [{ id: 'long', ...model }],
  });
  return [`${name}/*`];
}

/** Makes an agent whose every turn reads so many bytes. @returns its id */
export async function agentReading(bench: BenchStack, bytes: number): Promise<string> {
  const [agentId = ''] = await bench.agents(1);
  const line = 'The bees of hive 7 gave 12 kg of honey in June, which is more than in May.\n';
  const content = line.repeat(Math.ceil(bytes / line.length)).slice(0, bytes);
  await bench.client.send('PUT', `/v1/agents/${agentId}/context/workspace/notes.md`, { content });
  return agentId;
}

export interface LongSession extends SessionTimes {
  /** Bytes of the prompt of each turn. */
  readonly promptBytes: readonly number[];
}

/** Runs a session in which every turn is one request. @throws Error when it was not so */
export async function runLong(
  bench: BenchStack,
  server: ChatServer,
  session: Parameters<typeof runSession>[1],
): Promise<LongSession> {
  server.clear();
  const times = await runSession(bench, session);
  const promptBytes = server.prompts.map(({ bytes }) => bytes);
  if (promptBytes.length !== session.turns)
    throw new Error(`${session.turns} turns took ${promptBytes.length} requests.`);
  return { ...times, promptBytes };
}

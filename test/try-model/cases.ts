import { setTimeout as pause } from 'node:timers/promises';
import type { EventData } from '../../contract/events.ts';
import { openDeltaStream } from '../support/delta-stream.ts';
import type { EventWatch } from '../support/event-watch.ts';
import type { TestStack } from '../support/stack.ts';
import { MODEL_NAME, SERVER_WINDOW } from './model-server.ts';

/** A session with the model, and what must come of it whatever the model says. */
export interface Case {
  readonly name: string;
  /** Runs one session. @throws Error when the service did not do what it promises */
  run(): Promise<{ readonly watch: EventWatch; readonly seen: string }>;
}

/** A turn of the model takes seconds on two cores. */
const WITHIN_MS = 900_000;
const FILE = 'notes.md';
/** Makes the model write calls of a tool, as a text. It is too small to think of one by itself. */
const CALLS_ONLY = [
  String.raw`root ::= "<tool_call>\n{\"name\": \"workspace_read\", \"arguments\": {\"name\": \"" file "\"}}\n</tool_call>"`,
  `file ::= "${FILE}" | "hives.md"`,
].join('\n');
const PRICES = { input_usd_per_mtok: 100, output_usd_per_mtok: 400 };
const LONG_MESSAGE = `My hives are KINGFISHER hives. ${'Tell me about bees and honey in the month of June. '.repeat(800)}`;

/** The model as two providers of the same server: as it is, with calls only, and said to read four times what it can. */
async function connect(stack: TestStack, baseUrl: string): Promise<(name: string) => readonly string[]> {
  const provider = (name: string, contextWindow: number, more: object = {}) =>
    stack.api.call('POST', '/v1/providers', {
      provider: 'openai-compatible',
      name,
      base_url: baseUrl,
      models: [{ id: MODEL_NAME, context_window: contextWindow, capabilities: ['tools', 'streaming'], ...PRICES }],
      ...more,
    });
  await provider('real', SERVER_WINDOW);
  await provider('calls', SERVER_WINDOW, { extra_body: { grammar: CALLS_ONLY } });
  await provider('boasts', 4 * SERVER_WINDOW);
  return (name) => [`${name}/*`];
}

export async function casesOn(stack: TestStack, baseUrl: string): Promise<readonly Case[]> {
  const modelsOf = await connect(stack, baseUrl);
  const agentId = await stack.newAgent();
  const readerId = await stack.newAgent();
  const content = 'The bees of hive 7 gave 12 kg of honey in June.\n'.repeat(10);
  await stack.api.call('PUT', `/v1/agents/${readerId}/context/workspace/${FILE}`, { content });
  const start = (message: string, provider: string, more: object = {}) =>
    stack.api.run(agentId, { message, models: modelsOf(provider), tools: [], max_output_tokens: 64, ...more });
  const startReader = (more: object) =>
    stack.api.run(readerId, {
      message: 'Read the notes.',
      models: modelsOf('calls'),
      tools: ['workspace_read'],
      max_output_tokens: 64,
      ...more,
    });
  const endsAs = async (watch: EventWatch, ...reasons: string[]): Promise<EventData<'session.status_ended'>> => {
    const end = await watch.ended(WITHIN_MS);
    if (!reasons.includes(end.reason)) throw new Error(`It ended as ${JSON.stringify(end)}, not as ${reasons}.`);
    return end;
  };

  return [
    {
      name: 'plain answer',
      async run() {
        const watch = await start('What do bees make?', 'real');
        await endsAs(watch, 'completed');
        return { watch, seen: quoted(watch.ofType('agent.message').at(-1)?.text) };
      },
    },
    {
      name: 'conversation of four messages',
      async run() {
        const watch = await start('I keep bees.', 'real', { on_complete: 'idle' });
        for (const text of ['How many hives should I have?', 'And in winter?', 'Thank you.']) {
          await watch.waitFor(() => isIdle(watch), WITHIN_MS);
          const idles = idlesOf(watch);
          await stack.api.steer(agentId, watch.sessionId, { type: 'user.message', text });
          await watch.waitFor(() => idlesOf(watch) > idles, WITHIN_MS);
        }
        await stack.api.steer(agentId, watch.sessionId, { type: 'user.interrupt' });
        await endsAs(watch, 'interrupted');
        const answers = watch.ofType('agent.message').length;
        if (answers !== 4) throw new Error(`Four messages had ${answers} answers.`);
        return { watch, seen: `${answers} answers` };
      },
    },
    {
      name: 'tool loop',
      async run() {
        const turns = 4;
        const watch = await startReader({ max_turns: turns });
        await endsAs(watch, 'max_turns');
        const calls = watch.ofType('agent.tool_use').length;
        if (calls !== turns) throw new Error(`${turns} turns had ${calls} calls.`);
        return { watch, seen: `${watch.ofType('agent.tool_result').length} results` };
      },
    },
    {
      name: 'interrupt in mid-answer',
      async run() {
        const watch = await start('Write a very long story about a bee.', 'real', { max_output_tokens: 700 });
        const api = { baseUrl: stack.baseUrl, apiKey: stack.api.apiKey };
        const stream = await openDeltaStream(api, `/v1/sessions/${watch.sessionId}/events?after=0`);
        while (stream.deltas().length === 0 && watch.ofType('agent.message').length === 0) await pause(100);
        await stack.api.steer(agentId, watch.sessionId, { type: 'user.interrupt' });
        await endsAs(watch, 'interrupted', 'completed');
        const [message] = watch.ofType('agent.message');
        return {
          watch,
          seen: message?.partial === true ? `partial: ${quoted(message.text)}` : 'before its first word',
        };
      },
    },
    {
      name: 'message longer than the window',
      async run() {
        const watch = await start(LONG_MESSAGE, 'real');
        await endsAs(watch, 'completed');
        return { watch, seen: promptOf(watch) };
      },
    },
    {
      name: 'window that is said to be larger',
      async run() {
        const watch = await start(LONG_MESSAGE, 'boasts');
        // This server accepts a stream for a prompt that is too long, and then ends it without a word.
        const { error } = await endsAs(watch, 'completed', 'error');
        return { watch, seen: error?.message ?? promptOf(watch) };
      },
    },
    {
      name: 'budget',
      async run() {
        const cap = 0.5;
        const watch = await startReader({ max_turns: 50, budget_cap_usd: cap });
        const { reason, totalCostUsd } = await endsAs(watch, 'budget_exhausted', 'completed');
        if (totalCostUsd > cap) throw new Error(`It cost ${totalCostUsd} USD under a cap of ${cap} USD.`);
        return { watch, seen: `${reason} at ${Math.round((100 * totalCostUsd) / cap)} % of its cap` };
      },
    },
  ];
}

function isIdle({ events }: EventWatch): boolean {
  return events.at(-1)?.type === 'session.status_idle';
}

function idlesOf(watch: EventWatch): number {
  return watch.ofType('session.status_idle').length;
}

function promptOf(watch: EventWatch): string {
  const tokens = watch.ofType('agent.message').at(-1)?.usage.inputTokens;
  if (tokens === undefined || tokens > SERVER_WINDOW) throw new Error(`The prompt had ${tokens} tokens.`);
  return `a prompt of ${tokens} tokens`;
}

function quoted(text = ''): string {
  return `"${text.replaceAll(/\s+/g, ' ').slice(0, 50)}"`;
}

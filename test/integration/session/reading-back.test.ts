import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { checkInvariants } from '../../support/invariants.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';
import { connectStrictModel, type ModelAnswer, type WireMessage } from '../../support/strict-model.ts';

const FACT = 'The PELICAN nests behind hive 7.';
const END = ' and here the report ends: HERON.';
const PAGE = 32_768;

let stack: TestStack;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  stack = await startTestStack();
});
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
  await checkInvariants(stack);
});
afterAll(() => stack.stop());

async function agentWithFile(): Promise<string> {
  const agentId = await stack.newAgent();
  const content = Array.from({ length: 2_000 }, (_, line) => `Line ${line}: hive ${line % 17} gave honey.`).join('\n');
  await stack.api.call('PUT', `/v1/agents/${agentId}/context/workspace/hives.md`, { content });
  return agentId;
}

const readFile = { name: 'workspace_read', args: { name: 'hives.md' } };
const textOf = (prompt: readonly WireMessage[]) => prompt.map(({ content }) => contentOf(content)).join('\n');
const contentOf = (content: unknown) => (typeof content === 'string' ? content : JSON.stringify(content));
/** Behind the last result of a prompt stands the context of the turn. */
const lastResult = (prompt: readonly WireMessage[]) =>
  contentOf(prompt.findLast(({ role }) => role === 'tool')?.content ?? '').split('\n\n<context source=')[0] ?? '';

/** The last call of session_read that a text names, if it is of this kind. */
function namedCall(text: string, kind: RegExp): object | undefined {
  const calls = [...text.matchAll(/session_read (\{[^}]*\})/g)].map(([, args = '{}']) => args);
  const args = calls.findLast((each) => kind.test(each));
  return args === undefined ? undefined : (JSON.parse(args) as object);
}

/** A model that does one thing after another. A step that returns nothing is over, and the next one answers. */
function inSteps(steps: readonly ((prompt: readonly WireMessage[]) => ModelAnswer | undefined)[]) {
  let step = 0;
  return (_: number, prompt: readonly WireMessage[]): ModelAnswer => {
    for (; step < steps.length; step++) {
      const answer = steps[step]?.(prompt);
      if (answer !== undefined) return answer;
    }
    return { text: 'I read everything.' };
  };
}

/** Makes the call that the prompt names, then those that its pages name, until one of them has what is looked for. */
function readingBack(kind: RegExp, isFound: (page: string) => boolean, pages: string[]) {
  let begun = false;
  return (prompt: readonly WireMessage[]): ModelAnswer | undefined => {
    const page = lastResult(prompt);
    if (begun) pages.push(page);
    if (begun && isFound(page)) return undefined;
    const args = begun ? namedCall(page.slice(page.lastIndexOf('[To read on:')), /./) : namedCall(textOf(prompt), kind);
    if (args === undefined)
      throw new Error(`The prompt names no call of session_read: ${textOf(prompt).slice(-2_000)}`);
    begun = true;
    return { toolCalls: [{ name: 'session_read', args: { ...args, limit: PAGE } }] };
  };
}

test('[context:reading-back:named-where-cut] a model reads back a turn that left its prompt, a result that was cut and the whole of a long result, by the calls that its prompt names', async () => {
  const agentId = await agentWithFile();
  const reads = await stack.toolServer('reports', { effect: 'read', idempotent: true });
  const huge = { name: reads.tool('huge'), args: { bytes: 150_000, end: END } };
  const [turns, cut, whole]: [string[], string[], string[]] = [[], [], []];
  let asked = false;
  let longResult = '';
  const model = await connectStrictModel(stack.api, 'reading-back', {
    contextWindow: 64_000,
    answer: inSteps([
      (prompt) => (prompt.some(({ role }) => role === 'assistant') ? undefined : { text: FACT, toolCalls: [readFile] }),
      (prompt) => (textOf(prompt).includes('What you answered before turn') ? undefined : { toolCalls: [readFile] }),
      readingBack(/"from_turn"/, (page) => page.includes(FACT), turns),
      readingBack(/"call_id"/, (page) => page.includes('Line 1999:'), cut),
      (prompt) => {
        if (asked) {
          longResult = lastResult(prompt);
          return undefined;
        }
        asked = true;
        return { toolCalls: [huge] };
      },
      readingBack(/"call_id"/, (page) => page.includes('[This is the end.]'), whole),
    ]),
  });
  closing.push(model.close);
  const run = await stack.api.run(agentId, { message: 'Read.', models: model.models, max_turns: 80 });
  expect({ ...(await run.ended(60_000)), refused: model.refused }).toMatchObject({ reason: 'completed', refused: [] });

  expect(turns.at(-1)).toContain(`You: ${FACT}`);
  expect(cut.join('')).toContain('hive 3 gave honey.');
  // What the model was given of the long result and what it read on are all of it, without a gap.
  expect(longResult).toMatch(/\[cut: the first \d+ of \d+ bytes are shown\]\n\[session_read \{.*\} shows the rest\]$/);
  const shown = longResult.slice(0, longResult.indexOf('\n[cut: '));
  const rest = whole.map((page) => page.slice(page.indexOf('\n') + 1, page.lastIndexOf('\n'))).join('');
  expect(shown + rest === 'x'.repeat(150_000) + END).toBe(true);
  const results = run.ofType('agent.tool_result').filter(({ toolName }) => toolName === 'session_read');
  expect(results.every(({ isError, truncated }) => !isError && truncated === undefined)).toBe(true);
});

test('[context:reading-back:named-where-cut] a run that does not offer the tool has prompts that do not name it', async () => {
  const agentId = await agentWithFile();
  const reads = await stack.toolServer('others', { effect: 'read', idempotent: true });
  const huge = { name: reads.tool('huge'), args: { bytes: 100_000, end: END } };
  const model = await connectStrictModel(stack.api, 'not-reading-back', {
    contextWindow: 16_000,
    answer: (request) =>
      request < 12 ? { text: FACT, toolCalls: [request === 3 ? huge : readFile] } : { text: 'Done.' },
  });
  closing.push(model.close);
  const message = `Read. ${'All of it. '.repeat(4_000)}`;
  const tools = ['workspace_*', 'others_*'];
  const run = await stack.api.run(agentId, { message, models: model.models, tools, max_turns: 20 });
  expect(await run.ended(60_000)).toMatchObject({ reason: 'completed' });
  const prompts = model.prompts.map(textOf).join('\n');
  expect(prompts).toContain('are left out here');
  expect(prompts).toContain('This is a summary of the turns');
  expect(prompts).not.toContain('session_read');
});

test('[context:reading-back:named-where-cut] [request:cache:prefix-stays] notes stay as they are from turn to turn', async () => {
  const agentId = await agentWithFile();
  const model = await connectStrictModel(stack.api, 'same-notes', {
    contextWindow: 64_000,
    answer: (request) => (request < 16 ? { toolCalls: [readFile] } : { text: 'Done.' }),
  });
  closing.push(model.close);
  const message = `Read. ${'All of it. '.repeat(9_000)}`;
  const run = await stack.api.run(agentId, { message, models: model.models, max_turns: 20 });
  expect(await run.ended(60_000)).toMatchObject({ reason: 'completed' });
  const variants = new Map<string, Set<string>>();
  const notes = /\[… \d+ characters are left out here: session_read (\{.*?),"offset":\d+\} shows them …\]/g;
  for (const prompt of model.prompts) {
    for (const [note, of = ''] of textOf(prompt).matchAll(notes)) {
      variants.set(of, (variants.get(of) ?? new Set()).add(note));
    }
  }
  expect(variants.size).toBeGreaterThan(5);
  // A text is cut when it is current, and to its last length when it is old.
  expect([...variants.values()].filter(({ size }) => size > 2)).toEqual([]);
});

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { SessionDiff } from '../../../contract/session-diff.ts';
import type { EventWatch } from '../../support/event-watch.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { LIST } from '../../support/script-parts.ts';
import { shareStack } from '../../support/shared-stack.ts';
import type { SharedStack } from '../../support/stack.ts';

let stack: SharedStack;

beforeAll(async () => {
  stack = await shareStack();
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

/** A session that has ended, whose model said this. */
async function ended(turns: object[][], message = 'Go.', body: object = {}): Promise<EventWatch> {
  const script = await stack.script({ turns });
  const run = await stack.api.run(await stack.newAgent(), { message, models: script.models, ...body });
  await run.ended();
  return run;
}

const diff = (left: string, right: string, query = '') =>
  stack.api.call<SessionDiff>('GET', `/v1/sessions/${left}/diff?with=${right}${query}`);

test('[session:diff:turn-by-turn] a turn names what differs, whole or read page by page', async () => {
  const write = (content: string) => ({ name: 'workspace_write', args: { name: 'a.md', content } });
  const usage = { outputTokens: 50 };
  const turns = (second: object, last: object) => [
    [{ toolCalls: [LIST], usage }],
    [{ ...second, usage }],
    [{ text: 'Done.', ...last }],
  ];
  const left = await ended(turns({ toolCalls: [write('one')] }, { usage }));
  const right = await ended(turns({ toolCalls: [write('two')] }, { text: 'Did it.', usage: { outputTokens: 60 } }));
  const short = await ended([[{ text: 'No.' }]], 'Go on.');

  // Each script is a provider of its own.
  const both = await diff(left.sessionId, right.sessionId);
  expect(both.data.map(({ differs }) => differs)).toEqual([
    ['model'],
    ['model', 'arguments'],
    ['model', 'text', 'cost'],
  ]);
  expect(both.data[1]?.session?.calls).toMatchObject([{ tool_name: 'workspace_write', args: { content: 'one' } }]);
  expect(both.data[2]?.with).toMatchObject({ text: 'Did it.', end: { kind: 'ended', reason: 'completed' } });
  expect(both).toMatchObject({
    session: { id: left.sessionId, end_reason: 'completed', turns: 3 },
    with: { id: right.sessionId, end_reason: 'completed', turns: 3 },
    next_cursor: null,
  });

  const itself = await diff(left.sessionId, left.sessionId);
  expect(itself.data.map(({ differs }) => differs)).toEqual([[], [], []]);

  for (const [one, other] of [
    [left, short],
    [short, left],
  ] as const) {
    const whole = await diff(one.sessionId, other.sessionId);
    expect(whole.data.map(({ differs }) => differs)).toEqual([
      ['messages', 'model', 'text', 'calls', 'cost', 'end'],
      ['turn'],
      ['turn'],
    ]);
    const paged: SessionDiff['data'] = [];
    for (let cursor = ''; ; ) {
      const page = await diff(one.sessionId, other.sessionId, `&limit=1${cursor}`);
      expect(page.data).toHaveLength(1);
      paged.push(...page.data);
      if (page.next_cursor === null) break;
      cursor = `&cursor=${page.next_cursor}`;
    }
    expect(paged).toEqual(whole.data);
  }
});

test('[session:diff:turn-by-turn] a session that is not there, a wrong cursor and a missing parameter are refused', async () => {
  const run = await ended([[{ text: 'Done.' }]]);
  const refusal = async (query: string) => {
    const { status, body } = await stack.api.request('GET', `/v1/sessions/${run.sessionId}/diff${query}`);
    return [status, (body as { error: { code: string } }).error.code];
  };
  expect(await refusal('')).toEqual([400, 'invalid_request']);
  expect(await refusal('?with=sess_none')).toEqual([404, 'session_not_found']);
  expect(await refusal(`?with=${run.sessionId}&cursor=x`)).toEqual([400, 'invalid_cursor']);
});

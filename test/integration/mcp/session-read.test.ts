import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readBackCall } from '../../../domain/reading-back.ts';
import { messageOffset } from '../../../domain/turn-text.ts';
import { runBundledTool } from '../../../mcp/bundled/run-bundled-tool.ts';
import { readableResult } from '../../../mcp/results/tool-result.ts';
import { wireToolCallId } from '../../../processes/tool-call-id.ts';
import { type BundledCaller, newBundledCaller } from '../../fixtures/mcp/bundled-caller.ts';
import { newTestId } from '../../fixtures/mcp/connections.ts';
import { startTestDatabase, type TestDatabase } from '../../fixtures/mcp/postgres.ts';

const LAST = 41;
/** Characters of one, two, three and four bytes. */
const MIXED = 'a€ü😀 – Größe 12 ';
const RESULT = MIXED.repeat(2_000);
const ARTIFACT = `${RESULT}${'日本語のテキスト。'.repeat(20_000)}END OF THE ARTIFACT`;
const MESSAGE = `Find the heron. ${'🐝 bees and hives, '.repeat(3_000)}Then stop.`;
const IMAGE = { id: 'img_1', mediaType: 'image/png', width: 640, height: 480, bytes: 9_000, message: 0 };
const CALLS = { result: 'call_result', artifact: 'call_artifact', open: 'call_open', empty: 'call_empty' } as const;
const wire = (call: keyof typeof CALLS) => wireToolCallId(CALLS[call]);

let postgres: TestDatabase;
let caller: BundledCaller;

beforeAll(async () => {
  postgres = await startTestDatabase();
  caller = await newBundledCaller(postgres);
  await addSession(caller);
});
afterAll(() => postgres.stop());

/** A session with turns 0 to `LAST`. Turn 3 has a long message and all of the calls. */
async function addSession({ tenantId, scope: { agentId, sessionId } }: BundledCaller): Promise<void> {
  const toolCalls = Object.values(CALLS).map((id) => ({ id, name: 'docs_read', args: { page: `of ${id}` } }));
  await postgres.database.transaction(tenantId, async (tx) => {
    await tx.query(
      'test-session',
      `INSERT INTO session (id, tenant_id, agent_id, status, max_turns, on_complete, idle_timeout_ms)
       VALUES ($1, $2, $3, 'running', 100, 'end', 1000)`,
      [sessionId, tenantId, agentId],
    );
    await tx.query(
      'test-turns',
      `INSERT INTO turn (session_id, turn, tenant_id, manifest, task_class, message_images, user_messages, answer)
       SELECT $1, n, $2, '{}', 'plain', CASE n WHEN 0 THEN $6::jsonb END,
              CASE n WHEN 0 THEN '["Go."]'::jsonb WHEN 3 THEN jsonb_build_array('First.', $3::text) ELSE '[]' END,
              CASE WHEN n < $4 THEN jsonb_build_object('text', 'Answer ' || n || '.', 'toolCalls',
                                                       CASE n WHEN 3 THEN $5::jsonb ELSE '[]' END) END
         FROM generate_series(0, $4::int) n`,
      [sessionId, tenantId, MESSAGE, LAST, JSON.stringify(toolCalls), JSON.stringify([IMAGE])],
    );
    await tx.query(
      'test-calls',
      `INSERT INTO tool_call (session_id, id, turn, call_index, tenant_id, tool_name, server_id, server_tool, effect, idempotent,
                              bundled, args, verdict, state, output, is_error, truncated)
       SELECT $1, c.id, 3, c.n, $2, 'docs_read', 'srv', 'read', 'read', true, false, c.args, 'allow',
              CASE WHEN c.output IS NULL THEN 'intended' ELSE 'succeeded' END, c.output, false, c.id = 'call_artifact'
         FROM jsonb_to_recordset($3::jsonb) AS c (id text, n int, args jsonb, output text)`,
      [
        sessionId,
        tenantId,
        JSON.stringify(
          toolCalls.map(({ id, args }, n) => ({
            id,
            n,
            args,
            output: id === CALLS.open ? null : id === CALLS.empty ? '' : RESULT,
          })),
        ),
      ],
    );
    await tx.query(
      'test-artifact',
      `INSERT INTO artifact (session_id, id, tenant_id, tool_call_id, bytes, content)
       VALUES ($1, 'art_artifact', $2, 'call_artifact', octet_length($3::text), $3)`,
      [sessionId, tenantId, ARTIFACT],
    );
  });
}

/** Calls the tool. @returns what the model reads */
async function read(args: object, from = caller): Promise<{ output: string; isError: boolean }> {
  const result = await postgres.service.transaction(from.tenantId, (tx) =>
    runBundledTool(tx, {
      serverId: 'session',
      toolName: 'read',
      args: { ...args },
      toolCallId: newTestId('call'),
      scope: from.scope,
    }),
  );
  return readableResult(result, { maxResultBytes: 65_536, maxWholeBytes: 65_536, textSaysAll: true });
}

/** The parts of a page: what it says it shows, its text, and the arguments of the call that reads on. */
function partsOf(output: string) {
  const [, where = '', text = '', end = ''] = /^\[(.*?)\]\n([\s\S]*)\n\[(.*)\]$/.exec(output) ?? [];
  const next = /^To read on: session_read (\{.*\})$/.exec(end)?.[1];
  return { where, text, next: next === undefined ? undefined : (JSON.parse(next) as object), end };
}

/** Reads on as the pages say, to the end. */
async function readAll(args: object, limit: number): Promise<{ text: string; pages: number }> {
  let text = '';
  let pages = 0;
  for (let next: object | undefined = args; next !== undefined; pages++) {
    const { output, isError } = await read({ ...next, limit });
    expect({ isError, output }).toMatchObject({ isError: false });
    expect(Buffer.byteLength(output)).toBeLessThan(limit + 300);
    const page = partsOf(output);
    text += page.text;
    next = page.next;
  }
  return { text, pages };
}

describe('[context:reading-back:every-cut-text-in-pages] what a prompt leaves out or cuts is read back byte for byte, page by page, and no character is split', () => {
  const sources: { kind: string; args: () => object; whole: () => string }[] = [
    { kind: 'a result by the id of the prompt', args: () => ({ call_id: wire('result') }), whole: () => RESULT },
    { kind: 'a result by our own id', args: () => ({ call_id: CALLS.result }), whole: () => RESULT },
    { kind: 'the whole of a truncated result', args: () => ({ call_id: wire('artifact') }), whole: () => ARTIFACT },
    { kind: 'an artifact', args: () => ({ artifact_id: 'art_artifact' }), whole: () => ARTIFACT },
    {
      kind: 'a result from an offset',
      args: () => ({ call_id: wire('result'), offset: Buffer.byteLength(MIXED) * 7 }),
      whole: () => MIXED.repeat(1_993),
    },
    {
      kind: 'a result from an offset inside a character',
      args: () => ({ call_id: wire('result'), offset: Buffer.byteLength(MIXED) * 7 + 2 }),
      whole: () => MIXED.repeat(1_993).slice(1),
    },
  ];
  // Small pages of a long text would be many, and show the same.
  const limitsFor = (length: number) => (length > 100_000 ? [8_192, 32_768] : [256, 257, 8_192, 32_768]);
  test.each(sources.flatMap((source) => limitsFor(source.whole().length).map((limit) => ({ ...source, limit }))))(
    '$kind, $limit bytes a page',
    async ({ args, whole, limit }) => {
      const expected = whole();
      const { text, pages } = await readAll(args(), limit);
      expect(text === expected).toBe(true);
      expect(pages).toBeGreaterThanOrEqual(Math.ceil(Buffer.byteLength(expected) / limit));
    },
  );

  test('turns, with the beginnings of their results and the calls that read the rest', async () => {
    const whole = await readAll({ from_turn: 0, to_turn: LAST }, 32_768);
    expect(await readAll({}, 32_768)).toEqual(whole);
    expect((await readAll({ from_turn: 0 }, 700)).text).toBe(whole.text);
    for (let turn = 0; turn < LAST; turn++) expect(whole.text).toContain(`--- Turn ${turn} ---\n`);
    expect(whole.text).toContain(`User: ${MESSAGE}\n`);
    expect(whole.text).toContain("[An image of message 1: image/png, 640 × 480. It can't be read back.]");
    expect(whole.text).toContain(`You called docs_read {"page":"of call_result"} as ${wire('result')}\n`);
    expect(whole.text).toContain(`The call ${wire('open')} of docs_read has no result yet.`);
    const more = new RegExp(`session_read (\\{"call_id":"${wire('artifact')}","offset":\\d+\\})`).exec(whole.text);
    const rest = await readAll(JSON.parse(more?.[1] ?? '{}'), 32_768);
    expect(rest.text.endsWith('END OF THE ARTIFACT')).toBe(true);
  });

  test('the rest of a message, from where a prompt cuts it', async () => {
    const at = messageOffset(3, ['First.', MESSAGE], 1) + Buffer.byteLength(MESSAGE.slice(0, 1_000));
    const { text } = await readAll({ turn: 3, offset: at }, 8_192);
    expect(text.startsWith(MESSAGE.slice(1_000))).toBe(true);
  });
});

describe('[context:reading-back:search] a search shows each place once, with the call that reads on from there', () => {
  test('in turns, messages and results, without regard to case and in any order of the words', async () => {
    const { text } = partsOf((await read({ search: 'HERON find' })).output);
    const at = messageOffset(3, ['First.', MESSAGE], 1);
    expect(text).toMatch(/^turn 3: ….*Find the heron/);
    const [, args = '{}'] = /session_read (\{.*\})\]/.exec(text) ?? [];
    expect(JSON.parse(args)).toMatchObject({ turn: 3 });
    expect((JSON.parse(args) as { offset: number }).offset).toBeLessThanOrEqual(at);
    expect((await read(JSON.parse(args))).output).toContain('Find the heron');
  });

  test('page by page', async () => {
    const found: string[] = [];
    let pages = 0;
    for (let next: object | undefined = { search: 'größe', call_id: wire('artifact') }; next !== undefined; pages++) {
      const { text, next: following } = partsOf((await read({ ...next, limit: 4_000 })).output);
      found.push(...[...text.matchAll(/"offset":(\d+)/g)].map(([, offset = '']) => offset));
      next = following;
    }
    expect(pages).toBeGreaterThan(5);
    expect(new Set(found).size).toBe(found.length);
  });

  test('in the whole of a long result if it is searched alone, and otherwise with a word on what was not searched', async () => {
    const alone = await read({ call_id: wire('artifact'), search: 'end of the artifact' });
    expect(partsOf(alone.output).text).toContain('END OF THE ARTIFACT');
    const among = await read({ turn: 3, search: 'end of the artifact' });
    expect(among.output).toContain('Nothing has all of these words.');
    expect(among.output).toContain('Of 1 long results only the first 64 KiB were searched.');
  });
});

test.each([
  {
    name: 'a turn that is not there',
    args: { turn: 99 },
    says: 'There is no turn 99: this session has the turns 0 to 41.',
  },
  { name: 'a range that ends too late', args: { from_turn: 2, to_turn: 99 }, says: 'There is no turn 99' },
  {
    name: 'a range that is upside down',
    args: { from_turn: 9, to_turn: 2 },
    says: 'Give the earlier turn as from_turn.',
  },
  { name: 'a turn and a call', args: { turn: 3, call_id: 'x' }, says: 'Give only one of these' },
  { name: 'a turn and a range', args: { turn: 3, to_turn: 4 }, says: 'Give only one of these' },
  {
    name: 'an unknown call',
    args: { call_id: 'abc' },
    says: `This session has no call_id "abc". ${readBackCall({ from_turn: 0 })}`,
  },
  { name: 'an unknown artifact', args: { artifact_id: 'art_x' }, says: 'This session has no artifact_id "art_x".' },
  {
    name: 'an offset behind the end of a turn',
    args: { turn: 1, offset: 99_999 },
    says: /Turn 1 has \d+ bytes\. Give a smaller offset\./,
  },
  {
    name: 'an offset behind the end of a result',
    args: { call_id: 'call_result', offset: 9_999_999 },
    says: 'Give a smaller offset.',
  },
  { name: 'a call without a result', args: { call_id: 'call_open' }, says: 'has no result yet.' },
  { name: 'a search of punctuation', args: { search: '?!' }, says: 'Give at least one word' },
  { name: 'a page that is too small', args: { turn: 3, limit: 3 }, says: /limit/ },
  { name: 'an argument that it does not have', args: { turns: 3 }, says: /turns/ },
])(
  '[context:reading-back:mistakes-say-what-to-do] $name is answered with a result that says what to do',
  async ({ args, says }) => {
    const { output, isError } = await read(args);
    expect(isError).toBe(true);
    expect(output).toEqual(typeof says === 'string' ? expect.stringContaining(says) : expect.stringMatching(says));
  },
);

test('an empty result and a search without matches are no mistakes', async () => {
  expect(await read({ call_id: CALLS.empty })).toMatchObject({
    isError: false,
    output: expect.stringContaining('is empty'),
  });
  expect(await read({ search: 'albatross' })).toMatchObject({ isError: false });
});

test('[I8] an agent reads its own session only', async () => {
  const sameAgent = { ...caller, scope: { ...caller.scope, sessionId: newTestId('sess') } };
  const sameTenant = await newBundledCaller(postgres, caller.tenantId);
  const foreign = { ...(await newBundledCaller(postgres)), scope: caller.scope };
  for (const from of [sameAgent, sameTenant, foreign]) {
    for (const args of [
      {},
      { turn: 3 },
      { call_id: wire('result') },
      { artifact_id: 'art_artifact' },
      { search: 'heron' },
    ]) {
      expect(await read(args, from)).toMatchObject({ isError: true });
    }
  }
});

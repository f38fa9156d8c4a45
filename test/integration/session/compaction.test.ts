import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { SUMMARY_SELECTION } from '../../../db/queries/model-attempt.ts';
import type { ScriptInput } from '../../../simulated/scripts/script-schema.ts';
import { checkInvariants } from '../../support/invariants.ts';
import type { ScriptedProvider } from '../../support/scripted-provider.ts';
import { shareStack } from '../../support/shared-stack.ts';
import type { SharedStack } from '../../support/stack.ts';
import { until } from '../../support/until.ts';
import { openStream } from '../api/fixture.ts';

const FACT = 'Decision 1: the launch is on 14 May in Graz, and it is paid from the account AT-4711.';
const FILLER = 'We looked at one more page and found nothing new on it. '.repeat(160);
const SHOWN = 'This is a summary of the turns 0 to';
const TURNS = 40;

let stack: SharedStack;

beforeAll(async () => {
  stack = await shareStack();
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const MODELS = [{ id: 'scripted-1', inputUsdPerMtok: 1, outputUsdPerMtok: 4, contextWindow: 32_000 }];

/** A script whose first answer has a fact and whose others fill the window. */
function longScript(rest: Partial<ScriptInput> = {}): ScriptInput {
  const toolCalls = [{ name: 'workspace_list', args: {} }];
  const turns = Array.from({ length: TURNS }, (_, turn) => [{ text: turn === 0 ? FACT : FILLER, toolCalls }]);
  return { turns, repeatLastAttempt: true, ...rest };
}

async function runLong(script: ScriptedProvider) {
  const agentId = await stack.newAgent();
  const run = await stack.api.run(agentId, { message: 'Plan it.', models: script.models, max_turns: TURNS });
  expect(await run.ended(60_000)).toMatchObject({ reason: 'max_turns', totalTurns: TURNS });
  return { agentId, sessionId: run.sessionId };
}

const inDatabase = <Row extends object>(name: string, text: string, sessionId: string) =>
  stack.db.serviceTransaction((tx) => tx.query<Row>(name, text, [sessionId]));

const summaries = (sessionId: string) =>
  inDatabase<{ through: number; asked: number; text: string; model: string }>(
    'summaries',
    `SELECT through_turn AS through, asked_turn AS asked, text, model FROM session_summary WHERE session_id = $1 ORDER BY 1`,
    sessionId,
  );

const summaryAttempts = (sessionId: string) =>
  inDatabase<{ state: string; turn: number; failedType: string | null; chargedNano: bigint }>(
    'summary-attempts',
    `SELECT state, turn, failed_type AS "failedType", charged_nano AS "chargedNano" FROM model_attempt
      WHERE session_id = $1 AND selection = ${SUMMARY_SELECTION} ORDER BY turn, attempt`,
    sessionId,
  );

async function prompts(script: ScriptedProvider): Promise<string[]> {
  return (await script.report()).requests.map(({ body }) => JSON.stringify(body));
}

test('[context:compaction:summary-in-place-of-turns] turns that leave the prompt are summarized by a call like any other, and the summary takes their place', async () => {
  const script = await stack.script(longScript(), { models: MODELS });
  const { agentId, sessionId } = await runLong(script);
  const made = await summaries(sessionId);
  expect(made.length).toBeGreaterThan(0);
  expect(made[0]?.text).toContain('the launch is on 14 May in Graz');
  // A summary of summaries still has the fact, and is no longer than one may be.
  expect(made.at(-1)?.text).toContain('the launch is on 14 May in Graz');

  const sent = await prompts(script);
  // The model that summarizes knows what the agent works on.
  const asked = sent.filter((body) => body.includes('Write a summary of the session'));
  expect(asked.every((body) => body.includes('Plan it.'))).toBe(true);
  const last = sent.filter((body) => !body.includes('Write a summary of the session')).at(-1) ?? '';
  expect(last).toContain(SHOWN);
  expect(last).toContain('the launch is on 14 May in Graz');
  // It stands in front of the turns that are still shown, and only once.
  expect(last.split(SHOWN)).toHaveLength(2);

  const attempts = await summaryAttempts(sessionId);
  expect(attempts.map(({ state }) => state)).toEqual(made.map(() => 'settled'));
  expect(attempts.every(({ chargedNano }) => chargedNano > 0n)).toBe(true);

  const page = await stack.api.call<{ data: { turn: number; answer: { text: string } }[] }>(
    'GET',
    `/v1/agents/${agentId}/sessions/${sessionId}/transcript?limit=1`,
  );
  expect(JSON.stringify(page)).toContain('the launch is on 14 May in Graz');
});

test('[context:compaction:in-the-transcript] [compaction:event:right-in-front-of-the-next] each summary is an event with the turns that it covers, its text and its cost, and is in the transcript', async () => {
  const script = await stack.script(longScript(), { models: MODELS });
  const { sessionId } = await runLong(script);
  const made = await summaries(sessionId);
  const attempts = await summaryAttempts(sessionId);
  const stream = await openStream(
    { baseUrl: stack.baseUrl, apiKey: stack.api.apiKey },
    `/v1/sessions/${sessionId}/events?include=session.compacted`,
  );
  await stream.closed;
  const compacted = stream.events.filter(({ event }) => event === 'session.compacted');
  expect(compacted.map(({ data }) => JSON.parse(data))).toMatchObject(
    made.map(({ through, text, model }, index) => ({
      fromTurn: 0,
      toTurn: through,
      ...(index > 0 && { previousToTurn: made[index - 1]?.through }),
      text,
      bytes: Buffer.byteLength(text),
      model,
      provider: script.name,
      costUsd: Number(attempts[index]?.chargedNano) / 1e9,
      usage: { inputTokens: expect.any(Number), outputTokens: expect.any(Number), cacheReadTokens: 0 },
      dropped: { turns: through + 1, messages: 1, toolCalls: through + 1, bytes: expect.any(Number) },
    })),
  );
  // Each stands between the event whose seq its id has and the next, and the other ids are those of the log.
  for (const [index, { event, id = '' }] of stream.events.entries()) {
    const [seq, ...rest] = id.split('.').map(Number);
    expect(rest).toEqual(event === 'session.compacted' ? [0, compacted.findIndex((each) => each.id === id) + 1] : []);
    if (rest.length > 0) expect(stream.events[index + 1]?.id).toBe(String((seq ?? 0) + 1));
  }
  const durable = stream.events.filter(({ event }) => event !== 'session.compacted');
  expect(durable.map(({ id }) => id)).toEqual(durable.map((_, index) => String(index + 1)));

  const shown: { to_turn: number; text: string }[] = [];
  for (let cursor = ''; ; ) {
    const page = await stack.api.call<{ summaries: typeof shown; next_cursor: string | null }>(
      'GET',
      `/v1/sessions/${sessionId}/transcript?limit=7${cursor}`,
    );
    shown.push(...page.summaries);
    if (page.next_cursor === null) break;
    cursor = `&cursor=${page.next_cursor}`;
  }
  expect(shown).toMatchObject(made.map(({ through, text }) => ({ from_turn: 0, to_turn: through, text })));
});

test('[context:compaction:never-in-the-way] a summary that fails is not there, the session goes on, and it is tried again some turns later', async () => {
  const script = await stack.script(longScript({ summary: { status: 500 } }), { models: MODELS });
  const { sessionId } = await runLong(script);
  expect(await summaries(sessionId)).toEqual([]);
  const attempts = await summaryAttempts(sessionId);
  expect(attempts.length).toBeGreaterThan(0);
  expect(attempts.length).toBeLessThanOrEqual(TURNS / 8 + 1);
  expect(attempts.every(({ state }) => state === 'released')).toBe(true);
  expect((await prompts(script)).at(-1)).not.toContain(SHOWN);
});

test.each<{ comes: string; summary: ScriptInput['summary']; state: string }>([
  { comes: 'an answer', summary: { text: FACT }, state: 'settled' },
  { comes: 'an answer without usage', summary: { text: FACT, usage: null }, state: 'unknown' },
  { comes: 'a failure that costs nothing', summary: { status: 500 }, state: 'released' },
])(
  '[context:compaction:never-in-the-way] [context:compaction:settled-after-the-end] [I3] no turn and no end waits for a summary that takes long, and when $comes after the end, its request costs no more than is known of it',
  async ({ summary, state }) => {
    const late = summary && { ...summary, holdUntil: 'late' };
    const script = await stack.script(longScript({ summary: late }), { models: MODELS });
    const { sessionId } = await runLong(script);
    const [atTheEnd] = await summaryAttempts(sessionId);
    expect(atTheEnd).toMatchObject({ state: 'unknown' });
    const reserved = atTheEnd?.chargedNano ?? 0n;
    const toldUsd = Number((await stack.api.session(sessionId)).cost_usd);

    await script.release('late');
    await until('the request to count at what is known of it', async () => {
      const [attempt] = await summaryAttempts(sessionId);
      return attempt?.state === state && attempt.chargedNano < reserved;
    });
    expect(Number((await stack.api.session(sessionId)).cost_usd)).toBeLessThan(toldUsd);
    expect(await summaries(sessionId)).toEqual([]);
  },
);

test('[model:time:each-limit-settable] [context:compaction:never-in-the-way] a summary that its model does not begin is given up after the limit of the provider', async () => {
  const long = longScript({ summary: { hang: true } });
  const turns = 'turns' in long ? long.turns.map((turn) => [...turn]) : [];
  turns[TURNS - 1] = [{ text: 'Done.', holdUntil: 'given-up' }];
  const script = await stack.script({ ...long, turns }, { models: MODELS });
  await stack.api.call('PATCH', `/v1/providers/${script.id}`, { time_limits: { first_token_s: 1 } });
  const agentId = await stack.newAgent();
  const run = await stack.api.run(agentId, { message: 'Plan it.', models: script.models, max_turns: TURNS });
  await until('the summary to be given up', async () => (await summaryAttempts(run.sessionId))[0]?.state === 'unknown');
  expect((await summaryAttempts(run.sessionId))[0]?.failedType).toBe('model.timed_out');
  await script.release('given-up');
  await run.ended(60_000);
});

test('[context:compaction:guarded-like-an-answer] [I10] a secret in a summary is replaced before it is stored', async () => {
  const secret = `sk-proj-${'Ab3'.repeat(20)}`;
  const script = await stack.script(longScript({ summary: { text: `The key is ${secret}. ${FACT}` } }), {
    models: MODELS,
  });
  const { sessionId } = await runLong(script);
  const made = await summaries(sessionId);
  expect(made[0]?.text).toContain('[redacted:');
  expect((await prompts(script)).join()).not.toContain(secret);
});

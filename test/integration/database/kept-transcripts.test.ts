import { afterAll, beforeAll, expect, test } from 'vitest';
import { createKeptTranscripts, type KeptTranscripts } from '../../../activities/call-model/kept-transcripts.ts';
import type { Tx } from '../../../db/database.ts';
import type { PromptTurn } from '../../../db/queries/prompt-transcript.ts';
import { seededRandom } from '../../../domain/random.ts';
import type { TranscriptWindow } from '../../../domain/transcript-window.ts';
import { startTestDatabase, type TestDatabase } from '../../fixtures/mcp/postgres.ts';
import { WHOLE_TRANSCRIPT } from '../../support/arms.ts';

const TENANT = 'tenant_kept';
const RESULT = 'A finding of some length. '.repeat(40);

/** Characters of its beginning and its end, tokens and bytes, for each level. */
const CUTS = [
  [60, 30, 64, 300],
  [200, 100, 128, 600],
  [400, 200, 256, 900],
];

let postgres: TestDatabase;
let sessions = 0;
beforeAll(async () => {
  postgres = await startTestDatabase();
  await inTenant(async (tx) => {
    await tx.query('t', `INSERT INTO tenant (id, name) VALUES ($1, 'Kept') ON CONFLICT DO NOTHING`, [TENANT]);
    await tx.query('a', `INSERT INTO agent (tenant_id, agent_id, display_name) VALUES ($1, 'a1', 'Ada')`, [TENANT]);
  });
});
afterAll(() => postgres.stop());

const inTenant = <T>(work: (tx: Tx) => Promise<T>) => postgres.database.transaction(TENANT, work);

async function newSession(): Promise<string> {
  const id = `kept_${sessions++}`;
  await inTenant((tx) =>
    tx.query(
      's',
      `INSERT INTO session (id, tenant_id, agent_id, status, max_turns, on_complete, idle_timeout_ms)
       VALUES ($1, $2, 'a1', 'running', 2000, 'end', 1000)`,
      [id, TENANT],
    ),
  );
  return id;
}

/** Turns `from` to `to`, of which the last is open, as turns are while their model is called. */
async function addTurns(sessionId: string, from: number, to: number, firstTurn = 0): Promise<void> {
  await inTenant(async (tx) => {
    await tx.query(
      'closed',
      `UPDATE turn SET closed_at = now(), answer = '{"text": "", "toolCalls": []}' WHERE session_id = $1 AND closed_at IS NULL`,
      [sessionId],
    );
    await tx.query(
      'turns',
      `INSERT INTO turn (session_id, turn, tenant_id, manifest, task_class, user_messages, answer, closed_at, input_tokens)
       SELECT $1, n, $2, '{}', 'plain',
              CASE WHEN n = 0 THEN '["Go."]'::jsonb ELSE '[]'::jsonb END,
              CASE WHEN n < $4 THEN jsonb_build_object('text', 'Turn ' || n, 'toolCalls', '[]'::jsonb) END,
              CASE WHEN n < $4 THEN now() END, CASE WHEN n = 0 THEN 3 ELSE 0 END
         FROM generate_series($3::int, $4::int) n`,
      [sessionId, TENANT, from, to],
    );
    await tx.query(
      'selections',
      `INSERT INTO selection (session_id, turn, selection, tenant_id, provider_id, provider, model, reason, candidates,
                              propensity, request_bytes, max_tokens, transcript)
       SELECT $1, n, 0, $2, 'p', 'p', 'm', 'thompson', '[]', 1, 1, 1, $5 FROM generate_series($3::int, $4::int) n`,
      [sessionId, TENANT, from, to, JSON.stringify({ ...WHOLE_TRANSCRIPT, firstTurn, wholeFrom: firstTurn })],
    );
    await tx.query(
      'calls',
      `INSERT INTO tool_call (session_id, id, turn, call_index, tenant_id, tool_name, server_id, server_tool, effect,
                              idempotent, bundled, args, verdict, state, output, is_error, cuts)
       SELECT $1, 'call_' || n, n, 0, $2, 'notes', 'srv', 'notes', 'read', true, true, '{}', 'allow', 'succeeded', $5, false, $6
         FROM generate_series($3::int, $4::int - 1) n`,
      [sessionId, TENANT, from, to, RESULT, JSON.stringify(CUTS)],
    );
  });
}

interface Reading {
  readonly turns: readonly PromptTurn[];
  readonly rows: number;
  readonly bytes: number;
}

/** Reads as a turn does, and counts the rows and bytes that came from Postgres. */
async function read(transcripts: KeptTranscripts, sessionId: string, turn: number, selection = 0): Promise<Reading> {
  let rows = 0;
  let bytes = 0;
  const { turns } = await inTenant((tx) =>
    transcripts.read(
      {
        ...tx,
        query: async <Row extends object>(name: string, text: string, values?: readonly unknown[]) => {
          const found = await tx.query<Row>(name, text, values);
          rows += found.length;
          bytes += JSON.stringify(found).length;
          return found;
        },
      },
      sessionId,
      { turn, selection },
    ),
  );
  return { turns, rows, bytes };
}

/** Gives the selection of a turn this window. */
async function select(sessionId: string, turn: number, selection: number, window: Partial<TranscriptWindow>) {
  await inTenant((tx) =>
    tx.query(
      'select',
      `INSERT INTO selection (session_id, turn, selection, tenant_id, provider_id, provider, model, reason, candidates,
                              propensity, request_bytes, max_tokens, transcript)
       VALUES ($1, $3, $4, $2, 'p', 'p', 'm', 'failover', '[]', 1, 1, 1, $5)
       ON CONFLICT (session_id, turn, selection) DO UPDATE SET transcript = excluded.transcript`,
      [sessionId, TENANT, turn, selection, JSON.stringify({ ...WHOLE_TRANSCRIPT, ...window })],
    ),
  );
}

/** The reading of a worker that has not seen the session. */
const anew = (sessionId: string, turn: number, selection = 0) =>
  read(createKeptTranscripts(), sessionId, turn, selection);
const contentOf = ({ turns }: Reading) =>
  turns.map(({ turn, userMessages, answer, results }) => ({ turn, userMessages, answer, results }));

test('[context:transcript:read-once] turn 1,000 reads as many rows and bytes as turn 10, and the same transcript as a worker that reads all', async () => {
  const sessionId = await newSession();
  const transcripts = createKeptTranscripts();
  await addTurns(sessionId, 0, 9);
  await read(transcripts, sessionId, 9);
  await addTurns(sessionId, 10, 10);
  const tenth = await read(transcripts, sessionId, 10);
  await addTurns(sessionId, 11, 999);
  await read(transcripts, sessionId, 999);
  await addTurns(sessionId, 1_000, 1_000);
  const thousandth = await read(transcripts, sessionId, 1_000);

  expect(thousandth.rows).toBe(tenth.rows);
  expect(thousandth.bytes / tenth.bytes).toBeLessThan(1.1);
  const whole = await anew(sessionId, 1_000);
  expect(whole.rows).toBe(1_001);
  expect(contentOf(thousandth)).toEqual(contentOf(whole));
});

test('[context:transcript:read-once] a worker that a session comes back to reads the turns of the other worker', async () => {
  const sessionId = await newSession();
  const transcripts = createKeptTranscripts();
  await addTurns(sessionId, 0, 5);
  await read(transcripts, sessionId, 5);
  await addTurns(sessionId, 6, 20);
  const back = await read(transcripts, sessionId, 20);
  expect(back.rows).toBe(16);
  expect(contentOf(back)).toEqual(contentOf(await anew(sessionId, 20)));
});

test('[context:transcript:read-once] a second attempt at a turn sends the same transcript', async () => {
  const sessionId = await newSession();
  const transcripts = createKeptTranscripts();
  await addTurns(sessionId, 0, 5);
  const first = await read(transcripts, sessionId, 5);
  const second = await read(transcripts, sessionId, 5);
  expect(contentOf(second)).toEqual(contentOf(first));
  expect(second.rows).toBe(1);
});

test('[context:transcript:read-once] a late attempt at a turn is shown no turn after it', async () => {
  const sessionId = await newSession();
  const transcripts = createKeptTranscripts();
  await addTurns(sessionId, 0, 8);
  await read(transcripts, sessionId, 8);
  const late = await read(transcripts, sessionId, 3);
  expect(contentOf(late)).toEqual(contentOf(await anew(sessionId, 3)));
  await addTurns(sessionId, 9, 9);
  expect(contentOf(await read(transcripts, sessionId, 9))).toEqual(contentOf(await anew(sessionId, 9)));
});

test('[context:transcript:read-once] a window that moved, and turns that were written anew, are read again', async () => {
  const sessionId = await newSession();
  const transcripts = createKeptTranscripts();
  await addTurns(sessionId, 0, 10);
  await read(transcripts, sessionId, 10);
  await addTurns(sessionId, 11, 11, 6);
  const moved = await read(transcripts, sessionId, 11);
  expect(moved.turns.map(({ turn }) => turn)).toEqual([0, 6, 7, 8, 9, 10, 11]);
  expect(contentOf(moved)).toEqual(contentOf(await anew(sessionId, 11)));

  await inTenant((tx) => tx.query('rewind', 'DELETE FROM turn WHERE session_id = $1 AND turn > 7', [sessionId]));
  await inTenant((tx) =>
    tx.query('forget-selections', 'DELETE FROM selection WHERE session_id = $1 AND turn > 7', [sessionId]),
  );
  await inTenant((tx) =>
    tx.query('forget-calls', 'DELETE FROM tool_call WHERE session_id = $1 AND turn > 7', [sessionId]),
  );
  await addTurns(sessionId, 8, 12, 6);
  expect(contentOf(await read(transcripts, sessionId, 12))).toEqual(contentOf(await anew(sessionId, 12)));
});

test('[context:transcript:read-once] two models of a turn are each shown the results of the latest answer as their own window cuts them', async () => {
  const sessionId = await newSession();
  const transcripts = createKeptTranscripts();
  await addTurns(sessionId, 0, 5);
  await select(sessionId, 5, 0, { wholeFrom: 4 });
  await select(sessionId, 5, 1, { wholeFrom: 4, latestResultsLevel: 1 });
  await select(sessionId, 5, 2, { wholeFrom: 4 });
  for (const selection of [0, 1, 2, 1]) {
    const shown = await read(transcripts, sessionId, 5, selection);
    expect(contentOf(shown)).toEqual(contentOf(await anew(sessionId, 5, selection)));
  }
});

test('[context:transcript:read-once] whatever windows the turns of a session have, what is shown is what a worker reads that has not seen it', async () => {
  const sessionId = await newSession();
  const transcripts = createKeptTranscripts();
  const random = seededRandom('windows');
  const upTo = (most: number) => Math.floor(random.uniform() * (most + 1));
  await addTurns(sessionId, 0, 60);
  for (let turn = 4; turn < 60; turn++) {
    // The turn whose model is called is open, and those before it are closed.
    await inTenant((tx) =>
      tx.query(
        'open-turn',
        `UPDATE turn SET closed_at = CASE WHEN turn < $2 THEN coalesce(closed_at, now()) END WHERE session_id = $1`,
        [sessionId, turn],
      ),
    );
    const firstTurn = upTo(2) * upTo(Math.floor(turn / 3));
    const wholeFrom = Math.max(firstTurn, upTo(1) * upTo(turn - 1));
    for (const selection of [0, 1]) {
      const latestResultsLevel = upTo(1) === 0 ? null : upTo(2);
      await select(sessionId, turn, selection, { firstTurn, wholeFrom, latestResultsLevel });
      const shown = await read(transcripts, sessionId, turn, selection);
      expect(contentOf(shown)).toEqual(contentOf(await anew(sessionId, turn, selection)));
    }
  }
});

test('[context:transcript:read-once] what is kept is bounded by bytes: a session that has no room is read each time', async () => {
  const transcripts = createKeptTranscripts(50_000);
  const ids = [await newSession(), await newSession()];
  for (const id of ids) {
    await addTurns(id, 0, 10);
    await read(transcripts, id, 10);
  }
  const [dropped = '', keptOne = ''] = ids;
  expect((await read(transcripts, keptOne, 10)).rows).toBe(1);
  expect((await read(transcripts, dropped, 10)).rows).toBe(11);
});

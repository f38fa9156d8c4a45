import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { toolCallId } from '../../../activities/call-model/judge-tool-calls.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { shareStack } from '../../support/shared-stack.ts';
import type { SharedStack } from '../../support/stack.ts';

let stack: SharedStack;
let agentId: string;

beforeAll(async () => {
  stack = await shareStack();
  agentId = await stack.newAgent();
  for (const [name, statement] of Object.entries(TROUBLE)) await ownerQuery(name, statement);
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

/** Makes Postgres refuse to write some files: one always, another once, because of a rival transaction. */
const TROUBLE = {
  'count-writes': 'CREATE SEQUENCE contended_writes',
  'count-as-service': 'GRANT USAGE ON SEQUENCE contended_writes TO PUBLIC',
  'raise-trouble': `CREATE FUNCTION raise_trouble() RETURNS trigger LANGUAGE plpgsql AS $body$
     BEGIN
       IF NEW.name = 'refused.md' THEN RAISE EXCEPTION 'refused'; END IF;
       IF NEW.name = 'contended.md' AND nextval('contended_writes') = 1 THEN
         RAISE EXCEPTION 'a rival was first' USING ERRCODE = 'serialization_failure';
       END IF;
       RETURN NEW;
     END
   $body$`,
  'trouble-at-writes':
    'CREATE TRIGGER trouble BEFORE INSERT ON context_document FOR EACH ROW EXECUTE FUNCTION raise_trouble()',
};

function ownerQuery<Row extends object>(name: string, text: string, values: readonly unknown[] = []): Promise<Row[]> {
  return stack.db.serviceTransaction((tx) => tx.query<Row>(name, text, values));
}

/** A session that writes a file in its first turn. With `holdUntil` the answer that asks for it is held. */
async function writing(name: string, holdUntil?: string) {
  const toolCalls = [{ name: 'workspace_write', args: { name, content: 'Kites need wind.' } }];
  const script = await stack.script({
    turns: [[{ toolCalls, ...(holdUntil === undefined ? {} : { holdUntil }) }], [{ text: 'Done.' }]],
  });
  return { script, run: await stack.api.run(agentId, { message: 'Write.', models: script.models }) };
}

/** The transactions that wrote the rows of a call; null for a row that does not exist. */
async function tracesOf(sessionId: string, name: string) {
  const rows = await ownerQuery<Record<'file' | 'key' | 'result' | 'event', string | null>>(
    'traces-of-call',
    `SELECT (SELECT xmin::text FROM context_document WHERE agent_id = $2 AND name = $3) AS file,
            (SELECT xmin::text FROM bundled_effect WHERE session_id = $1) AS key,
            (SELECT xmin::text FROM tool_call WHERE session_id = $1) AS result,
            (SELECT xmin::text FROM session_event WHERE session_id = $1 AND type = 'agent.tool_result') AS event`,
    [sessionId, agentId, name],
  );
  return rows[0];
}

test('[tool:call:bundled-and-external] [I5] an effect is committed with its key, its result and its event', async () => {
  const { run } = await writing('notes.md');
  expect((await run.ended()).reason).toBe('completed');
  const traces = await tracesOf(run.sessionId, 'notes.md');
  expect(traces?.file).toBeTruthy();
  expect(new Set(Object.values(traces ?? {})).size).toBe(1);
});

test('[I5] an effect that Postgres refuses leaves only a result, which the model can read', async () => {
  const { run } = await writing('refused.md');
  expect((await run.ended()).reason).toBe('completed');
  expect(run.ofType('agent.tool_result')).toMatchObject([
    { isError: true, preview: expect.stringContaining("can't be used right now") },
  ]);
  const traces = await tracesOf(run.sessionId, 'refused.md');
  expect(traces).toMatchObject({ file: null, key: null });
  expect(traces?.result).toBe(traces?.event);
});

test('[I5] [I6] an effect that failed because of a rival transaction is tried again', async () => {
  const { run } = await writing('contended.md');
  expect((await run.ended()).reason).toBe('completed');
  expect(run.ofType('agent.tool_result')).toMatchObject([
    { isError: false, preview: expect.stringContaining('version 1') },
  ]);
  expect(await ownerQuery('writes-tried', 'SELECT last_value::int AS tried FROM contended_writes')).toEqual([
    { tried: 2 },
  ]);
});

test('[I5] a call whose effect was committed without its result gets that result and no second effect', async () => {
  const { script, run } = await writing('earlier.md', 'effect');
  await script.waitForRequests(1);
  const result = { content: [{ type: 'text', text: 'Wrote earlier.md: 16 bytes, version 7.' }] };
  await ownerQuery(
    'earlier-effect',
    `INSERT INTO bundled_effect (session_id, tool_call_id, result, tenant_id)
     SELECT id, $2, $3, tenant_id FROM session WHERE id = $1`,
    [run.sessionId, toolCallId(run.sessionId, 0, 0), JSON.stringify(result)],
  );
  await script.release('effect');
  expect((await run.ended()).reason).toBe('completed');
  expect(run.ofType('agent.tool_result')).toMatchObject([{ isError: false, preview: result.content[0]?.text }]);
  expect(await tracesOf(run.sessionId, 'earlier.md')).toMatchObject({ file: null });
  // The process of the version before, which is played here, wrote no audit.
  stack.checked.add(run.sessionId);
});

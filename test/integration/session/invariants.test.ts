import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkInvariants } from '../../support/invariants.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack();
  const agentId = await stack.newAgent({ budget_daily_usd: 10 });
  const server = await stack.toolServer('plain', { effect: 'write', idempotent: false });
  const script = await stack.script({
    turns: [[{ toolCalls: [{ name: server.tool('count'), args: { note: 'once' } }] }], [{ text: 'Done.' }]],
  });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models, budget_cap_usd: 1 });
  await run.ended();
  await checkInvariants(stack);
});
afterAll(() => stack.stop());

/** Damage that a bug could leave behind, and statements that undo it. */
const DAMAGE: readonly { id: string; what: string; sql: string; undo: string }[] = [
  {
    id: 'I1',
    what: 'a message nobody read',
    sql: `UPDATE session_inbox SET state = 'queued'`,
    undo: `UPDATE session_inbox SET state = 'consumed'`,
  },
  {
    id: 'I1',
    what: 'a message that was dropped',
    sql: `UPDATE turn SET user_messages = '[]' WHERE turn = 0`,
    undo: `UPDATE turn SET user_messages = '["Go."]' WHERE turn = 0`,
  },
  {
    id: 'I2',
    what: 'a gap in the log',
    sql: `UPDATE session_event SET seq = seq + 100 WHERE type = 'session.status_ended'`,
    undo: `UPDATE session_event SET seq = seq - 100 WHERE type = 'session.status_ended'`,
  },
  {
    id: 'I3',
    what: 'a nano-dollar nobody reported',
    sql: `UPDATE budget_account SET spent_nano = spent_nano + 1`,
    undo: `UPDATE budget_account SET spent_nano = spent_nano - 1`,
  },
  {
    id: 'I3',
    what: 'a usage the provider never sent',
    sql: `UPDATE model_attempt SET usage = jsonb_set(usage, '{outputTokens}', to_jsonb((usage->>'outputTokens')::int + 1))`,
    undo: `UPDATE model_attempt SET usage = jsonb_set(usage, '{outputTokens}', to_jsonb((usage->>'outputTokens')::int - 1))`,
  },
  {
    id: 'I4',
    what: 'money held after the end',
    sql: `UPDATE model_attempt SET state = 'dispatched' WHERE turn = 0`,
    undo: `UPDATE model_attempt SET state = 'settled' WHERE turn = 0`,
  },
  {
    id: 'I5',
    what: 'a call without a result',
    sql: `UPDATE session_event SET type = 'agent.tool_use' WHERE type = 'agent.tool_result'`,
    undo: `UPDATE session_event SET type = 'agent.tool_result' WHERE key LIKE 'tool_result:%'`,
  },
  {
    id: 'I5',
    what: 'a success without an effect',
    sql: `UPDATE tool_call SET args = '{"note":"never"}'`,
    undo: `UPDATE tool_call SET args = '{"note":"once"}'`,
  },
  {
    id: 'I8',
    what: 'a row of another tenant',
    sql: `UPDATE turn SET tenant_id = 'another'`,
    undo: `UPDATE turn SET tenant_id = (SELECT tenant_id FROM session LIMIT 1)`,
  },
  {
    id: 'I9',
    what: 'an outcome learned twice',
    sql: 'UPDATE posterior SET samples = samples + 1',
    undo: 'UPDATE posterior SET samples = samples - 1',
  },
];

const CASES = DAMAGE.map(({ id, what, sql, undo }) => [id, what, sql, undo] as const);

test.each(CASES)('[%s] the check of the invariants notices %s', async (id, what, sql, undo) => {
  const change = (statement: string) =>
    stack.db.serviceTransaction((tx) => tx.query(`${what}: ${statement === sql ? 'done' : 'undone'}`, statement));
  await change(sql);
  stack.checked.clear();
  await expect(checkInvariants(stack)).rejects.toThrow(`[${id}]`);
  await change(undo);
  await checkInvariants(stack);
});

test('[I10] the check of the invariants notices a secret in a table', async () => {
  const put = (department: string | null) =>
    stack.db.serviceTransaction((tx) => tx.query('put-department', 'UPDATE agent SET department = $1', [department]));
  await put(`Department ${stack.api.apiKey}`);
  await expect(checkInvariants(stack)).rejects.toThrow('[I10]');
  await put(null);
  await checkInvariants(stack);
});

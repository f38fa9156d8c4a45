import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Tx } from '../../db/database.ts';
import { createClient } from '../support/client.ts';
import { holdTable } from '../support/held-table.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { effectsOf, type ToolServer } from '../support/tool-server.ts';
import { until } from '../support/until.ts';

let stack: TestStack;
const servers = new Map<string, ToolServer>();

beforeAll(async () => {
  stack = await startTestStack();
  servers.set('reads', await stack.toolServer('reads', { effect: 'read', idempotent: false }));
  servers.set('writes', await stack.toolServer('writes', { effect: 'write', idempotent: false }));
});
afterAll(() => stack.stop());

/** Holds a lock until it is released, so that the API stands still when it needs it. */
async function lockRow(text: string, values: readonly unknown[]): Promise<() => Promise<void>> {
  let letGo: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let over: Promise<unknown> = Promise.resolve();
  await new Promise<void>((resolve, reject) => {
    over = stack.db.serviceTransaction(async (tx: Tx) => {
      await tx.query(`lock ${randomBytes(4).toString('hex')}`, text, values);
      resolve();
      await released;
    });
    over.catch(reject);
  });
  return async () => {
    letGo();
    await over;
  };
}

const waitingFor = (kind: string) =>
  until(`a request to wait for ${kind}`, async () => {
    const rows = await stack.db.serviceTransaction((tx) =>
      tx.query(
        'waiting-requests',
        `SELECT 1 FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple')`,
      ),
    );
    return rows.length > 0;
  });

/** Makes the API stand still at a point. Resolves when it does. @returns what lets it go on, if it lived */
const POINTS: Readonly<Record<string, (key: string, note: string) => Promise<() => Promise<unknown>>>> = {
  'before the call is stored': async () => {
    const held = await holdTable(stack.db, 'direct_tool_call');
    return async () => {
      await held.blocked(1);
      return held.release;
    };
  },
  'while the tool runs': async (_key, note) => async () => {
    await until('the tool to count', async () => effectsOf(stack.counterFile, note) === 1);
    return async () => undefined;
  },
  'before the result is stored': async (key, note) => async () => {
    await until('the tool to count', async () => effectsOf(stack.counterFile, note) === 1);
    const release = await lockRow('SELECT 1 FROM direct_tool_call WHERE idempotency_key = $1 FOR UPDATE', [key]);
    await waitingFor('the row of the call');
    return release;
  },
  'before the answer of the key is stored': async (key, note) => async () => {
    await until('the tool to count', async () => effectsOf(stack.counterFile, note) === 1);
    const release = await lockRow('SELECT 1 FROM idempotency_key WHERE key = $1 FOR UPDATE', [key]);
    await waitingFor('the row of the key');
    return release;
  },
};

const CASES = [
  { at: 'before the call is stored', kind: 'writes', effects: 1, answer: 200 },
  { at: 'while the tool runs', kind: 'writes', effects: 1, answer: 'tool_outcome_unknown' },
  { at: 'while the tool runs', kind: 'reads', effects: 2, answer: 200 },
  { at: 'before the result is stored', kind: 'writes', effects: 1, answer: 'tool_outcome_unknown' },
  { at: 'before the result is stored', kind: 'reads', effects: 2, answer: 200 },
  { at: 'before the answer of the key is stored', kind: 'writes', effects: 1, answer: 200 },
  { at: 'before the answer of the key is stored', kind: 'reads', effects: 1, answer: 200 },
] as const;

test.each(CASES)(
  '[I5] [tool:direct-call:once-per-key] the api is killed $at, of a tool that $kind: a repeat answers $answer',
  async ({ at, kind, effects, answer }) => {
    const id = randomBytes(4).toString('hex');
    const [key, note] = [`key-${id}`, `note-${id}`];
    const service = await stack.startService('api/main.ts');
    const dying = createClient({
      baseUrl: `http://127.0.0.1:${service.port}`,
      apiKey: stack.api.apiKey,
      records: stack.records,
    });
    const body = { server_id: servers.get(kind)?.id, tool: 'count', arguments: { note, ms: 1_500 } };
    const standStill = await POINTS[at]?.(key, note);
    const first = dying.request('POST', '/v1/mcp/tools/call', body, { 'idempotency-key': key }).catch(() => undefined);
    const goOn = (await standStill?.()) as (() => Promise<unknown>) | undefined;
    await service.kill();
    await first;
    await goOn?.();

    const again = () => stack.api.request('POST', '/v1/mcp/tools/call', body, { 'idempotency-key': key });
    if (at !== 'before the call is stored') {
      expect([(await again()).status, effectsOf(stack.counterFile, note)]).toEqual([409, 1]);
    }
    await stack.db.serviceTransaction((tx) =>
      tx.query('end-lease', `UPDATE idempotency_key SET leased_until = now() - interval '1 s' WHERE key = $1`, [key]),
    );
    const codes = [];
    for (let count = 0; count < 2; count++) {
      const { status, body: said } = await again();
      codes.push(status === 200 ? 200 : (said as { error: { code: string } }).error.code);
    }
    expect(codes).toEqual([answer, answer]);
    expect(effectsOf(stack.counterFile, note)).toBe(effects);

    const [row] = await stack.db.serviceTransaction((tx) =>
      tx.query<{ id: string; state: string }>(
        'call-of-key',
        'SELECT id, state FROM direct_tool_call WHERE idempotency_key = $1',
        [key],
      ),
    );
    const entries = await stack.db.serviceTransaction((tx) =>
      tx.query<{ kind: string }>('audit-of-call', 'SELECT kind FROM audit_entry WHERE target = $1', [row?.id]),
    );
    const count = (of: string) => entries.filter((entry) => entry.kind === of).length;
    expect([row?.state, count('dispatch'), count('outcome')]).toEqual([
      answer === 200 ? 'succeeded' : 'unknown',
      effects,
      1,
    ]);
    expect((await stack.api.request('GET', '/v1/mcp/audit/verify')).body).toMatchObject({ ok: true });
  },
);

import { expect, test } from 'vitest';
import { untilSuspended } from '../../../api/until-suspended.ts';
import type { McpServer } from '../../../mcp/calls/tool-call.ts';
import type { ModelTarget } from '../../../models/model-call.ts';
import { createSuspensions } from '../../../processes/suspensions.ts';
import { suspendedRefusal } from '../../../service/tenants/refuse-suspended.ts';
import type { ServiceDeps } from '../../../service/verb/context.ts';

test('[tenant:suspend:gives-up-waits] a request learns that its tenant was suspended while it was served, or between its authentication and its registration', () => {
  const suspensions = createSuspensions(suspendedRefusal);
  const before = suspensions.looks();
  const served = suspensions.begin('ten_a', before);
  const ended = suspensions.begin('ten_a', before);
  const other = suspensions.begin('ten_b', before);
  ended.end();
  suspensions.found(['ten_a']);
  expect([served, ended, other].map(({ suspended }) => suspended.aborted)).toEqual([true, false, false]);
  expect(served.suspended.reason).toMatchObject({ code: 'tenant_suspended' });
  // It was authenticated before the look.
  expect(suspensions.begin('ten_a', before).suspended.aborted).toBe(true);
  // It was authenticated after the look, so the tenant has been resumed since.
  expect(suspensions.begin('ten_a', suspensions.looks()).suspended.aborted).toBe(false);
  suspensions.found([]);
  expect(suspensions.begin('ten_a', before).suspended.aborted).toBe(false);
});

/** Never settles by itself. Rejects when one of its arguments, or the signal in one of them, aborts. */
const hanging = (...given: unknown[]) =>
  new Promise<never>((_, reject) => {
    for (const each of given) {
      const signal = each instanceof AbortSignal ? each : (each as { signal?: AbortSignal } | undefined)?.signal;
      signal?.addEventListener('abort', () => reject(new Error('given up')), { once: true });
    }
  });

test.each<[string, (waiting: ReturnType<typeof untilSuspended>) => Promise<unknown>, object]>([
  ['the list of a tool server', ({ tools }) => tools.discover({} as McpServer, 1), { code: 'tenant_suspended' }],
  [
    'the result of a call',
    ({ tools }) => tools.call({ signal: new AbortController().signal } as Parameters<typeof tools.call>[0]),
    { message: 'given up' },
  ],
  ['an authorization server', ({ oauthFetch }) => oauthFetch('https://example.com'), { message: 'given up' }],
  [
    'the test of a provider',
    ({ testProvider }) => testProvider({} as ModelTarget, { tenantId: 'ten_a' }),
    { code: 'tenant_suspended' },
  ],
  ['a vector', async ({ meaning }) => meaning?.vectorOf('ten_a', 'text'), { code: 'tenant_suspended' }],
  [
    'a verdict',
    ({ askProvider }) => askProvider({} as Parameters<typeof askProvider>[0], 'text', { hook: 'input' }),
    { message: 'given up' },
  ],
  ['a check', ({ evaluator }) => evaluator.of('ten_a')('schema_problem', { schema: {} }), { message: 'given up' }],
])(
  '[tenant:suspend:gives-up-waits] a request of a suspended tenant waits no longer for %s',
  async (_, wait, failure) => {
    const suspended = new AbortController();
    const services = {
      evaluator: { of: (_tenantId: string, signal?: AbortSignal) => () => hanging(signal) },
      tools: { discover: hanging, call: hanging },
      oauthFetch: hanging,
      askProvider: hanging,
      testProvider: hanging,
      meaning: { vectorOf: () => hanging() },
    } as Pick<ServiceDeps, 'evaluator' | 'tools' | 'oauthFetch' | 'askProvider' | 'testProvider' | 'meaning'>;
    const waited = expect(wait(untilSuspended(services, suspended.signal))).rejects.toMatchObject(failure);
    suspended.abort(suspendedRefusal());
    await waited;
  },
);

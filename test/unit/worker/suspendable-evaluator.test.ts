import { expect, test } from 'vitest';
import type { Evaluate } from '../../../evaluation/evaluations.ts';
import { createSuspensions } from '../../../processes/suspensions.ts';
import { createSuspendableEvaluator } from '../../../worker/suspendable-evaluator.ts';

test('[tenant:suspend:gives-up-waits] a check of a stage whose tenant is suspended is given up, and its stage goes on; one of another tenant is not', async () => {
  const suspensions = createSuspensions(() => new Error('suspended'));
  const checked: string[] = [];
  const evaluator = createSuspendableEvaluator(
    {
      of: (tenantId, signal) =>
        (() => {
          checked.push(tenantId);
          return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
        }) as Evaluate, // It never gives a value of any kind.
    },
    suspensions,
  );
  const settled: string[] = [];
  const check = (tenantId: string) =>
    evaluator
      .of(tenantId)('schema_problem', { schema: {} })
      .finally(() => settled.push(tenantId));
  void check('ten_other').catch(() => undefined);
  const given = check('ten_a');
  suspensions.found(['ten_a']);
  expect(await given).toEqual({ kind: 'given_up', why: 'the operator had suspended the tenant' });
  expect([checked, settled]).toEqual([['ten_other', 'ten_a'], ['ten_a']]);
  const failing = createSuspendableEvaluator({ of: () => () => Promise.reject(new Error('no process')) }, suspensions);
  await expect(failing.of('ten_b')('schema_problem', { schema: {} })).rejects.toThrow('no process');
});

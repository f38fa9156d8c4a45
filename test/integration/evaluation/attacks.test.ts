import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEvaluator, type Evaluator } from '../../../evaluation/evaluator.ts';
import { attacks } from './attacks.ts';

const spent = new Map<string, number>();
let evaluator: Evaluator;

beforeAll(async () => {
  evaluator = createEvaluator({
    meter: { add: (tenantId, _what, cpuMs) => void spent.set(tenantId, (spent.get(tenantId) ?? 0) + cpuMs) },
    warn: (message) => {
      throw new Error(message);
    },
    processes: 2,
  });
  // Both processes are started, so that a quiet tenant does not wait for a start.
  await Promise.all(['one', 'other'].map((tenant) => quietCheck(tenant)));
});
afterAll(() => evaluator.close());

function quietCheck(tenant: string) {
  const schema = JSON.stringify({ type: 'object', required: ['to'] });
  return evaluator.of(tenant)('check_arguments', { schema, rules: [], args: { to: 'a' } });
}

const fits = { kind: 'done', value: { kind: 'fits' } };
const givenUp = { kind: 'given_up', why: 'it took more time or memory than it may' };

test.each(attacks)(
  '[evaluation:limits:ended-and-others-go-on] $by is given up, and others are answered meanwhile',
  async ({ make }) => {
    const over: string[] = [];
    const attack = make(evaluator.of('hostile')).then((result) => {
      over.push('attack');
      return result;
    });
    expect(await quietCheck('quiet').finally(() => over.push('quiet'))).toEqual(fits);
    expect(await attack).toEqual(givenUp);
    expect(over).toEqual(['quiet', 'attack']);
  },
);

test('[evaluation:limits:remembered] what was given up costs nothing more, and another tenant is not refused for it', async () => {
  const [attack = expect.fail('there are no attacks')] = attacks;
  await attack.make(evaluator.of('hostile'));
  const before = spent.get('hostile');
  expect(await attack.make(evaluator.of('hostile'))).toEqual(givenUp);
  expect(spent.get('hostile')).toBe(before);
  // The same schema checks other arguments of another tenant.
  const short = { schema: JSON.stringify({ anyOf: [{ type: 'string' }, { type: 'object' }] }), rules: [], args: {} };
  expect(await evaluator.of('quiet')('check_arguments', short)).toEqual(fits);
});

test('[tenant:suspend:gives-up-waits] the checks of a suspended tenant end with those that are under way, and nothing of them is remembered', async () => {
  const [attack = expect.fail('there are no attacks')] = attacks;
  const suspended = new AbortController();
  const evaluate = evaluator.of('suspended', suspended.signal);
  // With two processes, one is under way and the other waits.
  const refusals = [attack.make(evaluate), attack.make(evaluate)].map((each) =>
    each.catch((reason: unknown) => reason),
  );
  suspended.abort('suspended');
  expect(await Promise.all(refusals)).toEqual(['suspended', 'suspended']);
  expect(await quietCheck('suspended')).toEqual(fits);
  const before = spent.get('suspended') ?? 0;
  expect(await attack.make(evaluator.of('suspended'))).toEqual(givenUp);
  expect(spent.get('suspended')).toBeGreaterThan(before);
});

test('[evaluation:limits:ended-and-others-go-on] what a tenant has evaluated is metered', () => {
  expect(spent.get('hostile')).toBeGreaterThan(10_000);
  expect(spent.get('quiet')).toBeLessThan(2_000);
});

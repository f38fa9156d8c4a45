import { expect, test } from 'vitest';
import { createKnownEvaluations } from '../../../evaluation/evaluated-before.ts';
import { costlyPart, type Evaluate } from '../../../evaluation/evaluations.ts';
import { evaluationsHere } from '../../../evaluation/evaluations-here.ts';

/** Evaluates in this process and notes what it is asked. */
function noting() {
  const asked: string[] = [];
  const evaluate: Evaluate = async (name, input) => {
    asked.push(name);
    return { kind: 'done', value: await evaluationsHere[name](input) };
  };
  return { asked, evaluate };
}

const rule = { pointer: '/path', pattern: '/data/.*' };

test('[evaluation:before-the-transaction:never-within] a transaction is rolled back for each evaluation that it lacks, and runs when all are known', async () => {
  const { asked, evaluate } = noting();
  const known = createKnownEvaluations(evaluate);
  let rounds = 0;
  const problems = await known.before(async (recall) => {
    rounds += 1;
    const before = asked.length;
    const first = await recall('rule_problem', { rule });
    const second = await recall('rule_problem', { rule: { ...rule, pattern: '(' } });
    // Nothing was evaluated while it ran.
    expect(asked).toHaveLength(before);
    return [first, second].map((each) => (each.kind === 'done' ? each.value : each.why));
  });
  expect(problems).toEqual([undefined, expect.stringContaining('is not a regular expression')]);
  expect(rounds).toBe(3);
  expect(asked).toHaveLength(2);
});

test('[evaluation:before-the-transaction:never-within] each text has its own result under each rule', async () => {
  const { asked, evaluate } = noting();
  const known = createKnownEvaluations(evaluate);
  const rounds = async () => {
    for (const phrases of [['a'], ['b']]) {
      for (const text of ['a', 'b', '']) await known.evaluate('first_phrase', { phrases, text });
    }
  };
  await rounds();
  await rounds();
  expect(asked).toHaveLength(6);
});

test('[evaluation:limits:remembered] long texts are told apart by their length and their parts, without a look at all of them', () => {
  const part = (text: string) => costlyPart('first_phrase', { phrases: ['a'], text });
  const long = 'x'.repeat(8_000_000);
  expect(part(long).length).toBeLessThan(100_000);
  expect(new Set([long, `${long}x`, `y${long.slice(1)}`, `${long.slice(1)}y`, 'x'].map(part)).size).toBe(5);
  const args = { a: 1 };
  expect(costlyPart('check_arguments', { schema: '{}', rules: [], args })).toBe(
    costlyPart('check_arguments', { schema: '{}', rules: [], args: {} }),
  );
});

test('[evaluation:before-the-transaction:never-within] what was evaluated before is not evaluated again, and errors of the transaction pass', async () => {
  const { asked, evaluate } = noting();
  const known = createKnownEvaluations(evaluate);
  await known.evaluate('rule_problem', { rule });
  await known.before((recall) => recall('rule_problem', { rule }));
  expect(asked).toHaveLength(1);
  const failure = new Error('Postgres is away.');
  await expect(known.before(() => Promise.reject(failure))).rejects.toBe(failure);
});

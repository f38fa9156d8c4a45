import { expect, test } from 'vitest';
import { type JudgedCall, limitedCalls, wantedRates } from '../../../../domain/tool-policy/rate-limit.ts';

const limitOf = (rule: string) => ({ rule, calls: 2, perS: 60 });
const call = (name: string, verdict: 'allow' | 'ask' | 'deny', rule?: string): JudgedCall => ({
  name,
  verdict:
    verdict === 'allow'
      ? { verdict, rule: 'default' }
      : { verdict, rule: 'default', reasonCode: 'tool.not_allowed', output: 'no' },
  rateLimit: rule === undefined ? undefined : limitOf(rule),
});
const calls = [
  call('a', 'allow', 'pol_2'),
  call('b', 'deny', 'pol_2'),
  call('c', 'ask', 'pol_2'),
  call('d', 'allow'),
  call('e', 'allow', 'pol_1'),
  call('f', 'allow', 'pol_2'),
];

test('[tool:policy:rate-limit] the calls that run or ask are counted under their policies, in the order of the ids', () => {
  expect(wantedRates(calls)).toEqual([
    { ...limitOf('pol_1'), wanted: 1 },
    { ...limitOf('pol_2'), wanted: 3 },
  ]);
});

test('[tool:policy:rate-limit] the first calls of an answer are made, and what is over the limit is refused', () => {
  const answers = new Map([
    ['pol_1', { granted: 0, freeAfterS: 0 }],
    ['pol_2', { granted: 2, freeAfterS: 12.4 }],
  ]);
  const limited = limitedCalls(calls, answers);
  expect(limited.map(({ verdict }) => [verdict.verdict, verdict.rule])).toEqual([
    ['allow', 'default'],
    ['deny', 'default'],
    ['ask', 'default'],
    ['allow', 'default'],
    ['deny', 'pol_1'],
    ['deny', 'pol_2'],
  ]);
  expect(limited.at(-1)?.verdict).toMatchObject({
    reasonCode: 'tool.rate_limited',
    output: expect.stringContaining('2 times in 60 seconds, and it was. It may be called again in 13 seconds.'),
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RatedAnswer, type RatedCall, turnReward } from '../../../domain/turn-reward.ts';

const text: RatedAnswer = { hasText: true, withheld: false, stoppedBy: null, cutForBudget: false };
const noText = { ...text, hasText: false };

const succeeded: RatedCall = { verdict: 'allow', reasonCode: null, isError: false };
const failed: RatedCall = { verdict: 'allow', reasonCode: 'tool.timed_out', isError: true };
const cancelled: RatedCall = { verdict: 'allow', reasonCode: 'tool.cancelled', isError: true };
const unfinished: RatedCall = { verdict: 'allow', reasonCode: 'tool.not_finished', isError: true };
const refused = (reasonCode: string): RatedCall => ({ verdict: 'deny', reasonCode, isError: true });

describe('the reward of a turn', () => {
  it.each<{ of: string; answer: RatedAnswer; calls: RatedCall[]; reward: number }>([
    { of: 'a plain answer', answer: text, calls: [], reward: 1 },
    { of: 'no answer', answer: noText, calls: [], reward: 0 },
    { of: 'calls without a text', answer: noText, calls: [succeeded], reward: 1 },
    { of: 'an answer that a guardrail withheld', answer: { ...text, withheld: true }, calls: [], reward: 0 },
    { of: 'an answer that was cut at max_tokens', answer: { ...text, stoppedBy: 'length' }, calls: [], reward: 0.5 },
    {
      of: 'an answer that was cut for want of money',
      answer: { ...text, stoppedBy: 'length', cutForBudget: true },
      calls: [],
      reward: 1,
    },
    { of: 'an answer that a filter stopped', answer: { ...text, stoppedBy: 'content-filter' }, calls: [], reward: 0 },
    { of: 'a refusal', answer: { ...text, stoppedBy: 'refusal' }, calls: [], reward: 0 },
    { of: 'an end without a word', answer: { ...noText, stoppedBy: 'empty' }, calls: [], reward: 0.5 },
    { of: 'a call of an unknown tool', answer: text, calls: [refused('tool.unknown')], reward: 0.3 },
    { of: 'a call with invalid arguments', answer: text, calls: [refused('tool.invalid_arguments')], reward: 0.3 },
    {
      of: 'one invalid call of four',
      answer: text,
      calls: [succeeded, succeeded, succeeded, refused('tool.unknown')],
      reward: 0.825,
    },
    { of: 'a call that policy refuses', answer: text, calls: [refused('tool.not_allowed')], reward: 1 },
    { of: 'a call that needs an approval', answer: text, calls: [refused('tool.approval_required')], reward: 1 },
    { of: 'a call whose tool failed', answer: text, calls: [failed], reward: 0.75 },
    { of: 'a call that an interrupt stopped', answer: text, calls: [unfinished], reward: 1 },
    { of: 'a call that an interrupt cancelled', answer: text, calls: [cancelled], reward: 1 },
    {
      of: 'a cut answer with one failed call of two',
      answer: { ...noText, stoppedBy: 'length' },
      calls: [succeeded, failed],
      reward: 0.4375,
    },
  ])('of $of is $reward', ({ answer, calls, reward }) => {
    expect(turnReward(answer, calls)).toBeCloseTo(reward, 12);
  });

  it('lies in [0, 1], is lowest with an invalid call and highest with one that succeeded', () => {
    const anyAnswer = fc.record({
      hasText: fc.boolean(),
      withheld: fc.boolean(),
      stoppedBy: fc.constantFrom<RatedAnswer['stoppedBy']>(null, 'length', 'content-filter', 'refusal', 'empty'),
      cutForBudget: fc.boolean(),
    });
    const anyCall = fc.constantFrom(
      succeeded,
      failed,
      unfinished,
      refused('tool.unknown'),
      refused('tool.not_allowed'),
    );
    fc.assert(
      fc.property(anyAnswer, fc.array(anyCall, { minLength: 1, maxLength: 12 }), fc.nat(11), (answer, calls, at) => {
        const rewardWith = (call: RatedCall) => turnReward(answer, calls.with(at % calls.length, call));
        const rewards = [refused('tool.unknown'), failed, succeeded].map(rewardWith);
        expect(rewards).toEqual(rewards.toSorted((a, b) => a - b));
        for (const reward of rewards) {
          expect(reward).toBeGreaterThanOrEqual(0);
          expect(reward).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextStep, type TurnSituation } from '../../../domain/next-step.ts';

const afterAnswer: TurnSituation = {
  toolCalls: 0,
  turnsUsed: 3,
  maxTurns: 10,
  unconsumedInbox: false,
  onComplete: 'end',
  excess: false,
  runExhausted: false,
  onBudget: 'stop',
  cutForBudget: false,
  mayAnswerOtherwise: false,
  interrupted: false,
};

const situation = fc.record({
  toolCalls: fc.integer({ min: 0, max: 3 }),
  turnsUsed: fc.integer({ min: 1, max: 12 }),
  maxTurns: fc.integer({ min: 1, max: 12 }),
  unconsumedInbox: fc.boolean(),
  onComplete: fc.constantFrom('end' as const, 'idle' as const),
  excess: fc.boolean(),
  runExhausted: fc.boolean(),
  onBudget: fc.constantFrom('stop' as const, 'ask' as const, 'downgrade' as const),
  cutForBudget: fc.boolean(),
  mayAnswerOtherwise: fc.boolean(),
  interrupted: fc.boolean(),
});

describe('next step of the loop', () => {
  it('never completes or goes idle for input while an acknowledged message waits (I1)', () => {
    fc.assert(
      fc.property(situation, (given) => {
        const step = nextStep({ ...given, unconsumedInbox: true });
        expect(step).not.toEqual({ kind: 'ended', reason: 'completed' });
        expect(step).not.toEqual({ kind: 'idle' });
      }),
    );
  });

  it('goes on only within its turns, and its money unless its selection asks for more (I4, I6)', () => {
    fc.assert(
      fc.property(situation, (given) => {
        if (nextStep(given).kind !== 'continue') return;
        expect(given.turnsUsed).toBeLessThan(given.maxTurns);
        expect(given.excess && given.onBudget !== 'ask').toBe(false);
        expect(given.runExhausted && given.onBudget === 'stop').toBe(false);
        expect(given.interrupted).toBe(false);
        expect(given.toolCalls > 0 || given.unconsumedInbox || given.cutForBudget || given.mayAnswerOtherwise).toBe(
          true,
        );
      }),
    );
  });

  it('[guardrail:answer:one-more-chance] a withheld answer may be made again while there are turns and money, and ends the run as any other answer otherwise', () => {
    const withheld = { ...afterAnswer, mayAnswerOtherwise: true };
    expect(nextStep(withheld)).toEqual({ kind: 'continue' });
    expect(nextStep({ ...withheld, onComplete: 'idle' })).toEqual({ kind: 'continue' });
    expect(nextStep({ ...withheld, turnsUsed: 10 })).toEqual({ kind: 'ended', reason: 'completed' });
    expect(nextStep({ ...withheld, runExhausted: true })).toEqual({ kind: 'ended', reason: 'completed' });
    expect(nextStep({ ...withheld, interrupted: true })).toEqual({ kind: 'ended', reason: 'interrupted' });
  });

  it('an answer without tool calls completes the run, or leaves it idle if it was started with on_complete "idle"', () => {
    expect(nextStep(afterAnswer)).toEqual({ kind: 'ended', reason: 'completed' });
    expect(nextStep({ ...afterAnswer, onComplete: 'idle' })).toEqual({ kind: 'idle' });
    expect(nextStep({ ...afterAnswer, unconsumedInbox: true })).toEqual({ kind: 'continue' });
  });

  it('finished work is completed even on the last turn or with the last cent', () => {
    for (const onComplete of ['end', 'idle'] as const) {
      expect(nextStep({ ...afterAnswer, onComplete, turnsUsed: 10 })).toEqual({ kind: 'ended', reason: 'completed' });
    }
    expect(nextStep({ ...afterAnswer, runExhausted: true })).toEqual({ kind: 'ended', reason: 'completed' });
  });

  it('unfinished work on the last turn ends as max_turns', () => {
    for (const onComplete of ['end', 'idle'] as const) {
      expect(nextStep({ ...afterAnswer, onComplete, toolCalls: 2, turnsUsed: 10 })).toEqual({
        kind: 'ended',
        reason: 'max_turns',
      });
      expect(nextStep({ ...afterAnswer, onComplete, unconsumedInbox: true, turnsUsed: 10 })).toEqual({
        kind: 'ended',
        reason: 'max_turns',
      });
    }
  });

  it('unfinished work without money ends as budget_exhausted', () => {
    expect(nextStep({ ...afterAnswer, toolCalls: 1, runExhausted: true })).toEqual({
      kind: 'ended',
      reason: 'budget_exhausted',
    });
  });

  it('excess ends the run as budget_exhausted, finished or not (I4)', () => {
    for (const onComplete of ['end', 'idle'] as const) {
      const step = nextStep({ ...afterAnswer, onComplete, excess: true });
      expect(step).toEqual({ kind: 'ended', reason: 'budget_exhausted' });
    }
  });

  it('a session that asks for money never ends for want of it while it has turns, and completes finished work', () => {
    fc.assert(
      fc.property(situation, (given) => {
        const asking = { ...given, onBudget: 'ask' as const };
        const step = nextStep(asking);
        const exhausted = { kind: 'ended', reason: 'budget_exhausted' };
        if (given.turnsUsed < given.maxTurns || !given.cutForBudget) expect(step).not.toEqual(exhausted);
        expect(step).toEqual(nextStep({ ...asking, excess: false, runExhausted: false }));
      }),
    );
  });

  it('an answer that was cut off for want of money is not finished work', () => {
    const cut = { ...afterAnswer, cutForBudget: true };
    const exhausted = { kind: 'ended', reason: 'budget_exhausted' };
    expect(nextStep(cut)).toEqual(exhausted);
    expect(nextStep({ ...cut, onBudget: 'ask' })).toEqual({ kind: 'continue' });
    expect(nextStep({ ...cut, onBudget: 'downgrade' })).toEqual({ kind: 'continue' });
    expect(nextStep({ ...cut, onBudget: 'ask', turnsUsed: 10 })).toEqual(exhausted);
    expect(nextStep({ ...cut, onComplete: 'idle' })).toEqual({ kind: 'idle' });
    expect(nextStep({ ...cut, onComplete: 'idle', turnsUsed: 10 })).toEqual(exhausted);
    expect(nextStep({ ...cut, onComplete: 'idle', onBudget: 'ask' })).toEqual({ kind: 'continue' });
    expect(nextStep({ ...cut, unconsumedInbox: true })).toEqual({ kind: 'continue' });
  });

  it('an interrupt takes precedence over a finished answer', () => {
    expect(nextStep({ ...afterAnswer, interrupted: true })).toEqual({ kind: 'ended', reason: 'interrupted' });
  });
});

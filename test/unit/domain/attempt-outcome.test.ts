import { describe, expect, test } from 'vitest';
import {
  type AttemptOutcome,
  debitOf,
  outcomeOfAbandoned,
  outcomeOfAnswer,
  outcomeOfFailure,
} from '../../../domain/attempt-outcome.ts';
import { flatRates } from '../../support/arms.ts';

/** A token costs a nano-dollar. */
const RATE = 1_000_000n;
const rates = flatRates(RATE);
const usage = { inputTokens: 60, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 40, reasoningTokens: 0 };
const own = { inputTokens: 50, outputTokens: 30, most: { requestBytes: 200, outputTokens: 120 } };
const counted = { ...usage, inputTokens: 50, outputTokens: 30, estimated: true };
const failedType = 'model.interrupted';
const estimated = (mostNano: bigint): AttemptOutcome => ({ kind: 'estimated', mostNano, usage, failedType });
const reported = (costNano: bigint): AttemptOutcome => ({ kind: 'reported', costNano, usage });

describe('the outcome of an attempt', () => {
  test.each<{ of: string; outcome: AttemptOutcome; is: object }>([
    { of: 'an answer with usage', outcome: outcomeOfAnswer(rates, usage, own), is: reported(100n) },
    {
      of: 'an answer without usage',
      outcome: outcomeOfAnswer(rates, undefined, own),
      is: { kind: 'estimated', mostNano: 320n, usage: counted, failedType: 'model.no_usage' },
    },
    {
      of: 'a failure that was certainly not charged, whatever it reports',
      outcome: outcomeOfFailure(rates, { type: failedType, mayHaveCharged: false, usage }, own),
      is: { kind: 'released', failedType },
    },
    {
      of: 'a failure that reports what it was charged',
      outcome: outcomeOfFailure(rates, { type: failedType, mayHaveCharged: true, usage }, own),
      is: { ...reported(100n), failedType },
    },
    {
      of: 'a failure that may have been charged',
      outcome: outcomeOfFailure(rates, { type: failedType, mayHaveCharged: true }, { ...own, most: undefined }),
      is: { kind: 'unknown', usage: counted, failedType },
    },
    {
      of: 'a failure whose response came whole',
      outcome: outcomeOfFailure(rates, { type: failedType, mayHaveCharged: true }, own),
      is: { kind: 'estimated', mostNano: 320n, usage: counted, failedType },
    },
    {
      of: 'a request that was sent and given up',
      outcome: outcomeOfAbandoned('dispatched', 'session.interrupted'),
      is: { kind: 'unknown', failedType: 'session.interrupted' },
    },
    {
      of: 'a request that was never sent',
      outcome: outcomeOfAbandoned('reserved', 'session.interrupted'),
      is: { kind: 'released', failedType: 'session.interrupted' },
    },
  ])('[I3] of $of is $is.kind', ({ outcome, is }) => expect(outcome).toEqual(is));
});

describe('the debit of an attempt', () => {
  test.each<{ of: string; outcome: AttemptOutcome; charged: bigint; excess: bigint }>([
    { of: 'an attempt that was not charged', outcome: { kind: 'released', failedType }, charged: 0n, excess: 0n },
    { of: 'an attempt without a report', outcome: { kind: 'unknown', failedType }, charged: 500n, excess: 0n },
    { of: 'an attempt that was estimated', outcome: estimated(320n), charged: 320n, excess: 0n },
    { of: 'an attempt that was estimated above its bound', outcome: estimated(900n), charged: 500n, excess: 0n },
    { of: 'an attempt that cost less than reserved', outcome: reported(499n), charged: 499n, excess: 0n },
    { of: 'an attempt that cost exactly what was reserved', outcome: reported(500n), charged: 500n, excess: 0n },
    { of: 'an attempt that cost more than reserved', outcome: reported(501n), charged: 500n, excess: 1n },
  ])('[I3] [I4] of $of is $charged, and $excess above its bound', ({ outcome, charged, excess }) => {
    const debit = debitOf(500n, outcome);
    expect(debit).toEqual({ chargedNano: charged, excessNano: excess, costNano: charged + excess });
  });
});

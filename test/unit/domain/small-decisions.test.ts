import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../../domain/backoff.ts';
import { taskClassOf } from '../../../domain/task-class.ts';
import { turnReward } from '../../../domain/turn-reward.ts';

const count = fc.integer({ min: 0, max: 10 });

describe('reward of a turn', () => {
  it('lies in [0, 1] and never rises with more invalid or failed calls', () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        count,
        count,
        count,
        (answered, blocked, stopped, toolCalls, invalidToolCalls, failedToolCalls) => {
          const outcome = { answered, blocked, stopped, toolCalls, invalidToolCalls, failedToolCalls };
          const reward = turnReward(outcome);
          expect(reward).toBeGreaterThanOrEqual(0);
          expect(reward).toBeLessThanOrEqual(1);
          expect(turnReward({ ...outcome, failedToolCalls: failedToolCalls + 1 })).toBeLessThanOrEqual(reward);
          expect(turnReward({ ...outcome, invalidToolCalls: invalidToolCalls + 1 })).toBeLessThanOrEqual(
            reward + 1e-12,
          );
        },
      ),
    );
  });

  it('is 1 for a clean turn, 0.5 if the answer stopped short, and 0 without a usable answer', () => {
    const clean = {
      answered: true,
      toolCalls: 3,
      invalidToolCalls: 0,
      failedToolCalls: 0,
      blocked: false,
      stopped: false,
    };
    expect(turnReward(clean)).toBe(1);
    expect(turnReward({ ...clean, stopped: true })).toBe(0.5);
    expect(turnReward({ ...clean, answered: false })).toBe(0);
    expect(turnReward({ ...clean, blocked: true })).toBe(0);
  });
});

describe('class of a turn', () => {
  it('distinguishes a request, the turn after tool calls, and chat without tools', () => {
    expect(taskClassOf({ hasUserMessage: true, toolsOffered: 4 })).toBe('user_request');
    expect(taskClassOf({ hasUserMessage: false, toolsOffered: 4 })).toBe('tool_follow_up');
    expect(taskClassOf({ hasUserMessage: true, toolsOffered: 0 })).toBe('chat');
  });
});

describe('back-off', () => {
  it('never shrinks with the attempts and never exceeds the limit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), (attempt) => {
        const options = { initialMs: 200, maxMs: 30_000 };
        const waitMs = backoffMs(attempt, options);
        expect(waitMs).toBeLessThanOrEqual(30_000);
        expect(backoffMs(attempt + 1, options)).toBeGreaterThanOrEqual(waitMs);
      }),
    );
  });
});

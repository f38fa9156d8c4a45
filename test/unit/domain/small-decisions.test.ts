import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../../domain/backoff.ts';
import { taskClassOf } from '../../../domain/task-class.ts';

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

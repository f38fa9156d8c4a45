import { expect, test } from 'vitest';
import { outcomeOfFailure } from '../../../activities/call-tools/tool-outcome.ts';
import { ToolCallError, type ToolFailureType } from '../../../mcp/calls/tool-call.ts';

const writing = { toolName: 'mail_send', effect: 'write', idempotent: false, attempts: 1 } as const;

test.each<[ToolFailureType, string]>([
  ['tool.timed_out', 'The tool server "mail" did not answer in time.'],
  ['tool.server_error', 'The tool server "mail" answered with an error: quota'],
  ['tool.server_crashed', 'The tool server "mail" went away during the call: the connection was lost.'],
])(
  '[tool:unknown-outcome:said-and-not-repeated] the result of a call with unknown outcome says so, and what happened: %s',
  (type, message) => {
    const outcome = outcomeOfFailure(new ToolCallError(type, message, false), writing);
    expect(outcome).toMatchObject({ state: 'unknown', isError: true, reasonCode: 'tool.outcome_unknown' });
    expect(outcome.output).toMatch(/^It is not known whether mail_send took effect\. It was not run again\./);
    expect(outcome.output.endsWith(`What happened: ${message}`)).toBe(true);
  },
);

test('[tool:unknown-outcome:said-and-not-repeated] that a second attempt had no effect says nothing of the first one, which was lost', () => {
  const away = new ToolCallError('tool.server_unreachable', 'The tool server "mail" keeps failing.', true);
  expect(outcomeOfFailure(away, writing).state).toBe('failed');
  expect(outcomeOfFailure(away, { ...writing, attempts: 2 }).state).toBe('unknown');
  expect(outcomeOfFailure(away, { ...writing, effect: 'read', attempts: 2 }).state).toBe('failed');
});

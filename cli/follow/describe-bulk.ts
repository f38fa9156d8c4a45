import type { BulkJob, BulkPreview } from '../../sdk/typescript/src/index.ts';
import { timeOf, usd } from '../output/amounts.ts';
import { plainLine } from '../output/plain-text.ts';

/** What a job would do, in lines for a person. */
export function describePreview(preview: BulkPreview): string {
  const { action, sessions, would_be_done, would_be_refused, sample, rate, estimate } = preview;
  const { seconds, cost_usd, cost_at_most_usd, sessions_without_estimate: without } = estimate;
  const atMost = cost_at_most_usd === null ? 'some have no cap' : `at most ${usd(cost_at_most_usd)}`;
  const lines = [
    `${counted(sessions)} match; ${action} would be done to ${would_be_done}`,
    ...would_be_refused.map(({ code, sessions: n, example }) => `${n} would be refused: ${code}, such as ${example}`),
    would_be_done > 0 ? `it takes ${durationOf(seconds)} at ${rate} a second` : undefined,
    goesOn(action) && would_be_done > 0 ? `it may cost ${usd(cost_usd)}; ${atMost}` : undefined,
    without > 0 ? `${counted(without)} can be compared with no completed one, and are not in that cost` : undefined,
    ...sample.map(({ id, agent_id, status, end_reason, created_at }) =>
      plainLine(`  ${id}  ${agent_id}  ${end_reason ?? status}  ${timeOf(created_at)}`),
    ),
    sample.length < sessions ? `  … and ${sessions - sample.length} more` : undefined,
  ];
  return lines.filter((line) => line !== undefined).join('\n');
}

/** How far a job is, in a line. */
export function describeProgress({ sessions, progress, waiting, seconds_left }: BulkJob): string {
  const { done, refused, failed, pending, not_done } = progress;
  const parts = [
    `${sessions - pending} of ${sessions}`,
    `${done} done`,
    refused > 0 ? `${refused} refused` : undefined,
    failed > 0 ? `${failed} failed` : undefined,
    not_done > 0 ? `${not_done} not done` : undefined,
    waiting === undefined ? undefined : `${waiting.sessions} wait (${waiting.code})`,
    pending > 0 && seconds_left !== undefined ? `${durationOf(seconds_left)} left` : undefined,
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}

/** Only these let a session spend money again. */
function goesOn(action: string): boolean {
  return action === 'retry' || action === 'resume';
}

function counted(sessions: number): string {
  return sessions === 1 ? '1 session' : `${sessions} sessions`;
}

function durationOf(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 120) return `${whole} s`;
  return whole < 7_200 ? `${Math.ceil(whole / 60)} min` : `${Math.ceil(whole / 3_600)} h`;
}

import type { Requirement } from './requirement.ts';

const where = 'AGENTS.md, What must stay true';

export const invariants: readonly Requirement[] = [
  {
    id: 'I1',
    sentence: 'A session, message or other change answered with 2xx is never lost and takes effect exactly once.',
    where,
  },
  {
    id: 'I2',
    sentence: 'The `seq` of a log has no gaps, and a client that resumes sees each event once and in order.',
    where,
  },
  {
    id: 'I3',
    sentence:
      'The ledger is the sum of what providers reported; an attempt without a report counts at its reservation, or at an upper bound of what was sent and received.',
    where,
  },
  {
    id: 'I4',
    sentence: 'Spent plus reserved money never exceeds a cap, whatever runs at the same time, crashes or is repeated.',
    where,
  },
  { id: 'I5', sentence: 'A tool call takes effect at most once, and no call is left without a result.', where },
  { id: 'I6', sentence: 'Every session ends or goes idle without anyone’s help.', where },
  { id: 'I7', sentence: 'Every recorded history replays on the current code.', where },
  {
    id: 'I8',
    sentence: 'No tenant sees a row of another tenant; the id of another tenant’s row is answered like an unknown one.',
    where,
  },
  { id: 'I9', sentence: 'A posterior is updated exactly once per session, turn and outcome stage.', where },
  { id: 'I10', sentence: 'No history, event, log line, error or trace contains a secret.', where },
];

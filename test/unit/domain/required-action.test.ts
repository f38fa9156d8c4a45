import { expect, test } from 'vitest';
import {
  type ActionAnswer,
  type ActionStatus,
  nextOfApproval,
  nextOfUnknownEffect,
  type StandingOfAsked,
} from '../../../domain/required-action.ts';

const asks: StandingOfAsked = { kind: 'asks' };
const allowed: StandingOfAsked = { kind: 'allowed', rule: 'mail_*' };
const refused: StandingOfAsked = {
  kind: 'refused',
  rule: 'pol_1',
  reasonCode: 'tool.not_allowed',
  output: 'Not allowed.',
};

test.each<{
  status: ActionStatus;
  standing: StandingOfAsked;
  granted?: boolean;
  expired?: boolean;
  next: object;
}>([
  { status: 'pending', standing: asks, next: { next: 'wait' } },
  { status: 'pending', standing: asks, granted: true, next: { next: 'run', released: 'session' } },
  { status: 'pending', standing: allowed, next: { next: 'run', released: 'mail_*' } },
  { status: 'pending', standing: refused, next: { next: 'refuse', reasonCode: 'tool.not_allowed', by: 'rule:pol_1' } },
  { status: 'pending', standing: refused, granted: true, next: { next: 'refuse', reasonCode: 'tool.not_allowed' } },
  { status: 'pending', standing: asks, expired: true, next: { next: 'refuse', reasonCode: 'tool.approval_expired' } },
  { status: 'pending', standing: allowed, expired: true, next: { next: 'run' } },
  { status: 'approved', standing: asks, next: { next: 'run' } },
  // It was answered in time, and only carried out late.
  { status: 'approved', standing: asks, expired: true, next: { next: 'run' } },
  { status: 'approved', standing: refused, next: { next: 'refuse', reasonCode: 'tool.not_allowed' } },
  { status: 'denied', standing: asks, next: { next: 'refuse', reasonCode: 'tool.approval_denied' } },
  { status: 'denied', standing: allowed, granted: true, next: { next: 'refuse', reasonCode: 'tool.approval_denied' } },
])(
  '[approval:bound:tool-and-policy-of-the-question] an approval that is $status, of a call that policy says $standing.kind of, granted $granted, expired $expired, leads to $next.next',
  ({ status, standing, granted = false, expired = false, next }) => {
    const action = { status, answer: null, toolName: 'mail_send' };
    expect(nextOfApproval(action, { standing, granted, expired })).toMatchObject(next);
  },
);

test.each<{ status: ActionStatus; answer?: ActionAnswer; expired?: boolean; next: object }>([
  { status: 'pending', next: { next: 'wait' } },
  { status: 'pending', expired: true, next: { next: 'unknown', by: 'expiry' } },
  { status: 'answered', answer: { action: 'retry' }, next: { next: 'run' } },
  { status: 'answered', answer: { action: 'retry' }, expired: true, next: { next: 'run' } },
  { status: 'answered', answer: { action: 'skip' }, next: { next: 'unknown' } },
  { status: 'answered', answer: { action: 'result', result: 'sent' }, next: { next: 'result', output: 'sent' } },
])(
  'a question about an unknown effect that is $status with $answer.action, expired $expired, leads to $next.next',
  ({ status, answer = null, expired = false, next }) => {
    const action = { status, answer, toolName: 'mail_send', detail: { happened: 'The server went away.' } };
    expect(nextOfUnknownEffect(action, expired)).toMatchObject(next);
  },
);

test('[approval:deny:reason-is-read] the model reads the reason of a denial, and what happened to a call whose effect is unknown', () => {
  const denied = { status: 'denied', answer: { denyMessage: 'Not on a Friday.' }, toolName: 'mail_send' } as const;
  expect(nextOfApproval(denied, { standing: asks, granted: false, expired: false })).toMatchObject({
    output: expect.stringContaining('Not on a Friday.'),
  });
  const unknown = {
    status: 'answered',
    answer: { action: 'skip' },
    toolName: 'mail_send',
    detail: { happened: 'The server went away.' },
  } as const;
  expect(nextOfUnknownEffect(unknown, false)).toMatchObject({
    output: expect.stringContaining('The server went away.'),
  });
});

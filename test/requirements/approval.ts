import type { Requirement } from './requirement.ts';

export const approval: readonly Requirement[] = [
  {
    id: 'approval:ask:idle-until-answered',
    sentence:
      'A call that policy puts under approval makes the session idle with what a person needs to decide, and is made once when it is allowed.',
    where: 'docs/approvals.md, What a session shows',
  },
  {
    id: 'approval:deny:reason-is-read',
    sentence: 'A call that is denied is not made, and the model reads why.',
    where: 'docs/approvals.md, Answering',
  },
  {
    id: 'approval:several:turn-waits-for-all',
    sentence:
      'Calls that need no approval do not wait for those that do; the turn goes on when all calls of the answer have results.',
    where: 'docs/approvals.md, Answering',
  },
  {
    id: 'approval:bundled:same-rules',
    sentence: 'Bundled tools wait for approval as all others do.',
    where: 'docs/approvals.md, What a session shows',
  },
  {
    id: 'approval:answer:once-and-by-the-tenant',
    sentence: 'An answer counts once, by whichever route, and only keys of the tenant that may run can give it.',
    where: 'docs/approvals.md, Answering',
  },
  {
    id: 'approval:scope:session-and-always',
    sentence:
      'An answer may hold for the session, or write a policy; a policy releases, or refuses, the calls that wait for approval.',
    where: 'docs/approvals.md, Answering',
  },
  {
    id: 'approval:bound:tool-and-policy-of-the-question',
    sentence:
      'An approved call is judged again before it is dispatched, and is made only if its tool is still the same and its agent still active.',
    where: 'docs/approvals.md, What an approval is bound to',
  },
  {
    id: 'approval:expiry:denied-with-a-result',
    sentence: 'What nobody answers in time is denied with a result, and the run goes on.',
    where: 'docs/approvals.md, What nobody answers',
  },
  {
    id: 'approval:steering:message-waits-interrupt-ends',
    sentence: 'While a call waits, messages wait with it, and an interrupt ends the session and leaves no call behind.',
    where: 'docs/steering.md, The table',
  },
  {
    id: 'approval:list:found-by-who-may-answer',
    sentence: 'What waits for a person, and what did, is listed for everybody who may answer it.',
    where: 'docs/approvals.md, What a session shows',
  },
  {
    id: 'approval:kill:asked-and-made-once',
    sentence: 'A worker that is killed at any point of an approval asks nothing twice and makes no call twice.',
    where: 'docs/approvals.md, When a process dies',
  },
  {
    id: 'effect:unknown:a-person-decides',
    sentence:
      'A call that may have had its effect is not made again by itself: a person says whether it is made again, what its result is, or that it stays unknown.',
    where: 'docs/approvals.md, When nobody knows whether a call took effect',
  },
  {
    id: 'effect:late:recorded-not-applied',
    sentence: 'What a call answers after it was given up is recorded, and changes nothing.',
    where: 'docs/approvals.md, When nobody knows whether a call took effect',
  },
  {
    id: 'effect:key:same-on-every-attempt',
    sentence: 'Every call hands its server an idempotency key, which is the same on every attempt.',
    where: 'docs/approvals.md, When nobody knows whether a call took effect',
  },
];

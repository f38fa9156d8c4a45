import type { Requirement } from './requirement.ts';

export const steering: readonly Requirement[] = [
  {
    id: 'steering:mid-run:processed-at-next-boundary',
    sentence: 'Messages and interrupts that are posted during a run are processed at the next turn boundary.',
    where: 'Agent Runs, 5. Mid-Run Steering',
  },
  {
    id: 'steering:wake:waits-for-no-dead-worker',
    sentence:
      'A message to a session that sleeps is not kept waiting for the worker that had the session last, unless that is the process that wakes it.',
    where: 'docs/recovery.md, A worker is killed',
  },
  {
    id: 'steering:table:every-command-in-every-state',
    sentence: 'Each command in each session state gets the answer of the table, and has the effect described there.',
    where: 'docs/steering.md, The table',
  },
  {
    id: 'steering:answer:log-shows-what-was-told',
    sentence: 'For any sequence of commands, the log and the transcript show what the answers said.',
    where: 'docs/steering.md, Steering: what a command does in which state',
  },
  {
    id: 'steering:turn:only-at-the-expected-one',
    sentence:
      'An event with `expected_turn` takes effect only while the session is at that turn; else nothing is stored.',
    where: 'docs/steering.md, Only at this turn',
  },
  {
    id: 'steering:message:what-became-of-it',
    sentence:
      'The answer to a message says whether it woke the session, joined others or waits as the first, and the turn that reads it names it by the id of that answer, also after a retry.',
    where: 'docs/steering.md, What becomes of a message',
  },
  {
    id: 'steering:flood:thousand-messages-in-order',
    sentence:
      'A thousand messages to one session are each read once, in order and in few turns, and do not keep it from continuing as new.',
    where: 'docs/steering.md, Many messages at once',
  },
  {
    id: 'steering:interrupt:aborts-and-begins-nothing',
    sentence:
      'An interrupt aborts the model call, starts no further tool call, and leaves no tool call without a result.',
    where: 'docs/steering.md, Steering: what a command does in which state',
  },
  {
    id: 'steering:idle:timer-and-totals-persist',
    sentence: 'The idle time-out is a durable timer; turns and money are counted across idle phases.',
    where: 'docs/steering.md, Idle',
  },
  {
    id: 'steering:patch:caps-and-turns-in-every-state',
    sentence:
      'Caps and turns can be changed in every state until the session ends, and a raised cap lets a waiting session go on.',
    where: 'docs/steering.md, What `PATCH` does',
  },
  {
    id: 'steering:terminate:ends-at-once',
    sentence:
      'A session that is terminated has ended when the request is answered, whatever it was doing and whatever is away, with its calls aborted and its money released.',
    where: 'docs/steering.md, Terminating, pausing and resuming',
  },
  {
    id: 'steering:pause:waits-for-ever-and-goes-on',
    sentence:
      'A paused session makes no request and does not time out, and goes on from where it was when it is resumed, whatever dies meanwhile.',
    where: 'docs/steering.md, Terminating, pausing and resuming',
  },
  {
    id: 'steering:agent:all-its-sessions',
    sentence: 'All sessions of an agent can be paused, resumed and terminated by one request each.',
    where: 'docs/steering.md, Terminating, pausing and resuming',
  },
  {
    id: 'steering:tenant:all-its-sessions',
    sentence: 'All sessions of a tenant can be paused, resumed and terminated by one request each.',
    where: 'docs/steering.md, Terminating, pausing and resuming',
  },
  {
    id: 'steering:signal:stray-one-changes-nothing',
    sentence: 'A signal that is doubled, late or without a message changes nothing.',
    where: 'docs/steering.md, The table',
  },
];

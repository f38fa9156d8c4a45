import type { Requirement } from './requirement.ts';

export const recovery: readonly Requirement[] = [
  {
    id: 'recovery:set-aside:named-cause-only',
    sentence:
      'A session whose stage hangs its worker, or uses up its memory, twice at the same place is set aside; one that was only beside it, or whose worker somebody killed, never is.',
    where: 'docs/recovery.md, A session that ends its worker',
  },
  {
    id: 'recovery:worker-killed:no-trace-in-sessions',
    sentence: 'A worker that is killed at any point of a turn leaves no trace in what its sessions do.',
    where: 'docs/recovery.md, A worker is killed',
  },
  {
    id: 'recovery:process-killed:sessions-go-on',
    sentence: 'Sessions go on when Temporal, Postgres, the API or a worker is killed under them.',
    where: 'README.md, How it recovers',
  },
  {
    id: 'recovery:everything-killed:sessions-resume',
    sentence: 'After kill -9 of everything, the next start resumes the sessions that were running.',
    where: 'README.md, How it recovers',
  },
  {
    id: 'recovery:many-processes:serve-same-sessions',
    sentence: 'Several API and worker processes serve the same sessions at once.',
    where: 'docs/operations.md, Scaling',
  },
  {
    id: 'recovery:heartbeats:by-number-of-calls',
    sentence:
      'The end of a worker is noticed after 2.5 s by the first 25 calls of each tenant, and 0.1 s later by each further one.',
    where: 'docs/recovery.md, A worker is killed',
  },
  {
    id: 'recovery:reconciler:wakes-what-a-stale-worker-read',
    sentence:
      'A session whose message was read by a worker that Temporal had given up is woken within half a minute, and goes on.',
    where: 'docs/recovery.md, Temporal is killed',
  },
  {
    id: 'recovery:reconciler:wakes-what-stands-still',
    sentence:
      'A running session whose log stood still for half a minute while no call of it was under way is woken, and goes on.',
    where: 'docs/recovery.md, Temporal is killed',
  },
  {
    id: 'recovery:reconciler:no-session-without-workflow',
    sentence: 'The reconciler starts sessions that have no workflow yet and ends those whose workflow is gone.',
    where: 'docs/recovery.md, Temporal is killed',
  },
  {
    id: 'recovery:bridge-killed:message-read-once',
    sentence: 'A message is delivered exactly once when the inbox bridge is killed around its signal.',
    where: 'docs/recovery.md, A message is never lost or read twice',
  },
  {
    id: 'recovery:postgres-restarts:nothing-lost',
    sentence: 'Nothing acknowledged is lost when Postgres restarts again and again under load.',
    where: 'docs/recovery.md, Postgres is killed',
  },
  {
    id: 'recovery:api-killed:stream-goes-on-elsewhere',
    sentence: 'A stream of an API process that is killed goes on at another one, from where it broke.',
    where: 'docs/recovery.md, The API is killed',
  },

  {
    id: 'network:listener:dead-one-replaced-in-10s',
    sentence:
      'A listening connection that is silently dead is noticed within 10 s and replaced, and what it missed is read.',
    where: 'docs/recovery.md, The network fails',
  },
  {
    id: 'network:half-open:hangs-nothing',
    sentence: 'A half-open connection blocks no transaction and no shutdown, and is not used again.',
    where: 'docs/recovery.md, The network fails',
  },
  {
    id: 'network:readiness:names-what-is-missing',
    sentence: 'Readiness names a missing dependency in time, and as long as it is missing.',
    where: 'docs/operations.md, Metrics, health and logs',
  },
  {
    id: 'health:worker:missing-one-is-told',
    sentence:
      'An API says when no worker polls the task queue, and a worker says at a port of its own whether it takes sessions.',
    where: 'docs/operations.md, Metrics, health and logs',
  },
  {
    id: 'health:metrics:failures-by-cause',
    sentence:
      'Metrics count sessions by the cause of what failed in them, and by the code of the error that ended them.',
    where: 'docs/operations.md, Metrics, health and logs',
  },
  {
    id: 'network:notify:only-a-hint',
    sentence: 'Everything works, only later, when every notification is lost.',
    where: 'docs/recovery.md, The network fails',
  },
  {
    id: 'network:partition:costs-only-time',
    sentence: 'A partition between any two processes costs their sessions time and nothing else.',
    where: 'docs/recovery.md, The network fails',
  },
  {
    id: 'network:lost-answer:repeat-takes-effect-once',
    sentence: 'A request whose answer was lost can be repeated with its Idempotency-Key and takes effect once.',
    where: 'docs/sessions.md, Sending a request again',
  },
];

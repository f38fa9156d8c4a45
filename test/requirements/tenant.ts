import type { Requirement } from './requirement.ts';

export const tenant: readonly Requirement[] = [
  {
    id: 'tenant:tables:row-security-forced',
    sentence: 'Row-level security is enabled and forced on every table with rows of tenants.',
    where: 'docs/adr/0012-row-level-security.md, 12. Postgres keeps tenants apart, too',
  },
  {
    id: 'tenant:roles:own-and-bypass-nothing',
    sentence: 'The services run as roles that own nothing, cannot log in and bypass nothing.',
    where: 'docs/operations.md, Postgres',
  },
  {
    id: 'tenant:transaction:one-tenant-or-nothing',
    sentence:
      'A transaction sees and writes the rows of the tenant it names; one that names no tenant sees and writes none.',
    where: 'docs/adr/0012-row-level-security.md, 12. Postgres keeps tenants apart, too',
  },
  {
    id: 'tenant:database-user:no-superuser-needed',
    sentence:
      'Any Postgres user can serve that owns the tables or may take the roles; one that may not is told what to run.',
    where: 'docs/operations.md, Postgres',
  },
  {
    id: 'tenant:foreign-id:like-one-that-never-was',
    sentence:
      'On every route, an id of another tenant is answered like one that never existed, and no list contains it.',
    where: 'AGENTS.md, What must stay true',
  },
  {
    id: 'tenant:secret:sealed-for-tenant-and-row',
    sentence: 'A stored secret is sealed for its tenant and row, with a key that is never in the database.',
    where: 'docs/operations.md, Keys and secrets',
  },
  {
    id: 'tenant:secret:key-can-be-changed',
    sentence:
      'The sealing key can be changed while everything runs: older keys still open what they sealed, and one command seals all of it anew, whenever it is killed and run again.',
    where: 'docs/operations.md, Changing the sealing key',
  },
  {
    id: 'tenant:limits:refused-by-name',
    sentence: 'What goes beyond a limit of the tenant is refused with the name of the limit, its use and what to do.',
    where: 'docs/limits.md, What a limit does',
  },
  {
    id: 'tenant:limits:counts-what-is-kept',
    sentence:
      'Ended sessions, their images and results, and idempotency keys count against limits of the tenant as long as they are kept.',
    where: 'docs/limits.md, Who sets limits',
  },
  {
    id: 'tenant:limits:patterns-compared',
    sentence:
      'The comparisons of patterns over names of tools are bounded for the policies of a tenant and for a run, and a pattern is compared only with names that begin like it.',
    where: 'docs/limits.md, Patterns over names of tools',
  },
  {
    id: 'tenant:limits:shown-and-set-by-operator',
    sentence: 'A tenant sees each of its limits with its use, and only an admin of the first tenant changes them.',
    where: 'docs/limits.md, Who sets limits',
  },
  {
    id: 'tenant:meter:what-it-costs-now',
    sentence: 'The operator sees what each tenant costs now, with figures that are at most some seconds old.',
    where: 'docs/limits.md, What a tenant costs',
  },
  {
    id: 'tenant:suspend:stops-at-once',
    sentence:
      'A suspended tenant only reads: its calls are aborted at once, its streams and connections are closed, and its sessions are paused or end, whatever dies meanwhile.',
    where: 'docs/limits.md, Suspending a tenant',
  },
  {
    id: 'tenant:suspend:gives-up-waits',
    sentence:
      'Whatever a tenant waits for when it is suspended is given up in each process: handshakes and lists of tool servers, calls, tests of providers, verdicts of guardrail providers, authorizations, renewals of tokens, vectors of facts, checks, and bodies of requests.',
    where: 'docs/limits.md, Suspending a tenant',
  },
  {
    id: 'tenant:attacks:cost-their-own-tenant',
    sentence:
      'Whatever a tenant, its models and its tool servers do, runs of other tenants complete, no process ends, and a suspension ends all of it.',
    where: 'docs/limits.md, What was tried',
  },
  {
    id: 'bounds:names:silent-servers-hold-nobody',
    sentence:
      'Names whose name servers are silent keep no other name waiting, and end without an address after some seconds.',
    where: 'docs/operations.md, Keys and secrets',
  },
  {
    id: 'tool:result:large-ones-take-turns',
    sentence:
      'However many large results the servers of a tenant send, a process reads few of them at once, until they are stored, and those of another tenant find a place.',
    where: 'docs/bounds.md, What is kept in memory',
  },
  {
    id: 'bounds:memory:beginnings-are-copies',
    sentence: 'The beginning that is kept of a long text does not keep the whole of it in memory.',
    where: 'docs/bounds.md, What is kept in memory',
  },
  {
    id: 'bounds:work:first-wrong-field',
    sentence: 'Of a large body no more is checked behind its first wrong field.',
    where: 'docs/bounds.md, How much is read',
  },
  {
    id: 'bounds:work:differences',
    sentence:
      'A part of a changed definition that has more to compare than is worth it counts as one difference, unless it is the same.',
    where: 'docs/bounds.md, How much is read',
  },
  {
    id: 'bounds:work:secrets-in-turns',
    sentence:
      'The credentials of a server are looked for in its results in turns with other work, and a result in which that takes too long is not shown.',
    where: 'docs/bounds.md, How much is read',
  },
  {
    id: 'bounds:memory:large-bodies',
    sentence:
      'However many requests with large bodies a tenant sends, an API process holds few of them at once, and another tenant finds a place.',
    where: 'docs/limits.md, What tenants share',
  },
  {
    id: 'tenant:shares:floor-nobody-takes',
    sentence:
      'However many calls to models and tools a tenant has under way, the calls of each other tenant find a place.',
    where: 'docs/limits.md, What tenants share',
  },
  {
    id: 'tenant:shares:by-weight',
    sentence:
      'The operator gives a tenant a weight. A place that becomes free goes to the waiting tenant that holds the fewest for its weight, in each process within seconds.',
    where: 'docs/limits.md, What tenants share',
  },
  {
    id: 'tenant:shares:waiting-holds-nothing',
    sentence:
      'A call that is over the share of its tenant holds nothing while it waits; the one that has waited longest goes on when another ends.',
    where: 'docs/limits.md, What tenants share',
  },
  {
    id: 'tenant:shares:crowd-waits-in-workflows',
    sentence:
      'Of the calls of a tenant that a worker has no turn for beside other tenants, few hold an activity of it; all others wait in their workflows, whatever their number.',
    where: 'docs/limits.md, What tenants share',
  },
  {
    id: 'tenant:shares:dead-process-holds-nothing',
    sentence: 'A process that dies holds no place of a share any more, and what waited for one goes on elsewhere.',
    where: 'docs/limits.md, What tenants share',
  },
  {
    id: 'tenant:shares:turns-beside-others',
    sentence: 'While several tenants use a worker, each has a few turns at once there, and the others wait.',
    where: 'docs/limits.md, What tenants share',
  },
];

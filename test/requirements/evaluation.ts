import type { Requirement } from './requirement.ts';

const WHERE = 'docs/limits.md, What is evaluated for a tenant';

export const evaluation: readonly Requirement[] = [
  {
    id: 'evaluation:limits:ended-and-others-go-on',
    sentence:
      'A schema, a pattern or a text that takes more CPU time or memory than it may is given up, and what other tenants have checked meanwhile is answered.',
    where: WHERE,
  },
  {
    id: 'evaluation:limits:remembered',
    sentence: 'What was given up is refused at once the next time, for the tenant that it belongs to.',
    where: WHERE,
  },
  {
    id: 'evaluation:scan:fails-closed',
    sentence:
      'A text that a guardrail could not read within its limits is withheld, with a code of its own, unless the rule only warns.',
    where: WHERE,
  },
  {
    id: 'evaluation:share:one-tenant-fills-no-pool',
    sentence:
      'One tenant never has the last process that evaluates, and neither do all tenants with slow work together.',
    where: WHERE,
  },
  {
    id: 'evaluation:before-the-transaction:never-within',
    sentence: 'No transaction waits while something is evaluated in another process.',
    where: WHERE,
  },
  {
    id: 'evaluation:costly-schema:said-at-discovery',
    sentence: 'A tool whose schema is too costly to check is withheld when its server is discovered, with the reason.',
    where: 'docs/mcp-servers.md, What a server lists',
  },
];

import type { Requirement } from './requirement.ts';

export const code: readonly Requirement[] = [
  {
    id: 'code:imports:one-way-and-no-circle',
    sentence: 'A folder is a runtime boundary: imports go one way and never in a circle.',
    where: 'CONTRIBUTING.md, Contributing',
  },
  {
    id: 'code:files:small-with-one-job',
    sentence:
      'Source files are small, have a name that says their one job, and read no environment unless they are entry points.',
    where: 'CONTRIBUTING.md, Contributing',
  },
  {
    id: 'code:workflow-bundle:nothing-forbidden',
    sentence: 'The workflow bundle contains our loop, what the loop imports of domain/, and nothing that does I/O.',
    where: 'AGENTS.md, Traps',
  },
  {
    id: 'cache:bytes:none-counts-entries',
    sentence:
      'A cache of what tenants choose is bounded by the bytes that its entries take, never by their number alone.',
    where: 'docs/bounds.md, What is kept in memory',
  },
  {
    id: 'code:promises:listed-and-watched',
    sentence: 'Every promise has a readable id, a section that makes it, and a test that cites it.',
    where: 'CONTRIBUTING.md, A promise',
  },
];

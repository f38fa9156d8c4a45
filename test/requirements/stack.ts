import type { Requirement } from './requirement.ts';

export const stack: readonly Requirement[] = [
  {
    id: 'stack:demo:shows-a-session-as-it-happens',
    sentence: 'The demo shows a real session while it happens, in readable form, also when its stream breaks.',
    where: 'README.md, Try it',
  },
  {
    id: 'stack:start:serves-restarts-and-cleans-up',
    sentence:
      'npm start serves, keeps credentials.json current, restarts processes that die, and leaves none running when it ends.',
    where: 'docs/recovery.md, The supervisor is killed',
  },
  {
    id: 'stack:failed-start:one-clear-sentence',
    sentence:
      'When the stack cannot start, one sentence says why: port, disk, binary, home in use, service out of reach.',
    where: 'Wire contract, The process',
  },
  {
    id: 'stack:settings:documented-and-checked',
    sentence: 'Every setting is documented with its default, and a wrong one is refused by its name.',
    where: 'README.md, Configuration',
  },
  {
    id: 'stack:simulated-model:plain-research-agent',
    sentence:
      'The simulated provider is a plain research agent: it reads, takes notes, writes, and answers from what it read.',
    where: 'README.md, Try it',
  },
  {
    id: 'stack:temporal:binary-is-the-installed-one',
    sentence: 'The Temporal binary is hashed before each start, and a download before it is first run.',
    where: 'docs/operations.md, The Temporal binary',
  },
];

import type { Requirement } from './requirement.ts';

export const cli: readonly Requirement[] = [
  {
    id: 'cli:service:found-in-order',
    sentence:
      'A command speaks to the service of a profile, else of AGENT_RUNS_URL, else to the stack that runs here, and says which one.',
    where: 'docs/cli.md, Which service',
  },
  {
    id: 'cli:output:data-and-messages-apart',
    sentence: 'Standard output holds data alone, as a table, as JSON or as JSON Lines; messages go to standard error.',
    where: 'docs/cli.md, Output',
  },
  {
    id: 'cli:exit-codes:say-what-happened',
    sentence: 'The exit code of a command says whether it worked, and if not, why.',
    where: 'docs/cli.md, Exit codes',
  },
  {
    id: 'cli:watch:steered-and-left',
    sentence:
      'A session that is followed can be steered from standard input, and Ctrl-C leaves it running and says how to come back.',
    where: 'docs/cli.md, Following a session',
  },
  {
    id: 'cli:verbs:act-on-sessions',
    sentence: 'Each verb that operates a session is a command, and asks before what cannot be undone.',
    where: 'docs/cli.md, Commands',
  },
  {
    id: 'cli:doctor:finds-and-mends',
    sentence: 'The doctor finds what is broken in an installation, and says how to mend it.',
    where: 'docs/cli.md, Doctor',
  },
  {
    id: 'cli:terminal:nothing-steers-it',
    sentence: 'What models, tools and other people wrote cannot steer the terminal that shows it.',
    where: 'docs/cli.md, Output',
  },
];

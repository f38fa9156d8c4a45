import type { Requirement } from './requirement.ts';

export const governance: readonly Requirement[] = [
  {
    id: 'tool:policy:every-name-of-a-tool',
    sentence:
      'A policy and the tools of a run name a tool by server/tool, by its own name or by the name that models see; a name that no tool has is refused, or said to await its server.',
    where: 'docs/governance.md, The names of a tool',
  },
  {
    id: 'tool:policy:globs-that-mean-something',
    sentence: 'A text that is no glob is refused in policies and runs, with what a glob may hold.',
    where: 'docs/governance.md, The names of a tool',
  },
  {
    id: 'tool:filter:warnings-in-the-stream',
    sentence: 'The first event of a run says what its tools name, and which entries name nothing yet.',
    where: 'docs/governance.md, The names of a tool',
  },
  {
    id: 'mcp:bundled:said-to-be-built-in',
    sentence: 'A change of a server that is built in is refused as such, by every route.',
    where: 'docs/mcp-servers.md, Registering one',
  },
  {
    id: 'tool:policy:most-specific-wins',
    sentence:
      'The policy of the agent decides before that of its department and that of the tenant, then the one with more literal characters, then the strictest.',
    where: 'docs/governance.md, Which policy decides',
  },
  {
    id: 'tool:policy:argument-rules',
    sentence:
      'A rule about arguments holds for the call as it will be sent, in every spelling of a value, and what cannot be judged is refused.',
    where: 'docs/governance.md, Rules about arguments',
  },
  {
    id: 'tool:policy:rate-limit',
    sentence:
      'The tools of a policy are called at most as often as it says, by all workers together and across restarts.',
    where: 'docs/governance.md, How often',
  },
  {
    id: 'tool:policy:taint',
    sentence:
      'Once output of an external tool is in a conversation, also through memory or files that were written with it in view, tools that change something or go out ask a person unless the tenant or a policy says otherwise.',
    where: 'docs/governance.md, Text from outside',
  },
  {
    id: 'tool:policy:default-for-unknown-tools',
    sentence: 'A tool that no policy names and that is not bundled meets what the tenant has set for such tools.',
    where: 'docs/governance.md, When no policy names a tool',
  },
  {
    id: 'tool:policy:dry-run',
    sentence: 'A dry run says what a call would meet, and which rule decides.',
    where: 'docs/governance.md, What would happen',
  },
];

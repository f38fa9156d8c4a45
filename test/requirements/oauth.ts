import type { Requirement } from './requirement.ts';

export const oauth: readonly Requirement[] = [
  {
    id: 'tool:server:both-generations',
    sentence:
      'A server of MCP 2026-07-28 and a server of any older version are used alike, and a server may change from one to the other.',
    where: 'docs/mcp-servers.md, Both generations of the protocol',
  },
  {
    id: 'tool:oauth:token-for-each-request',
    sentence:
      'A server that takes tokens of OAuth is sent one with each request. Of all processes one renews it, before it expires or when it was refused.',
    where: 'docs/mcp-servers.md, Renewal',
  },
  {
    id: 'tool:oauth:account-of-a-person',
    sentence:
      'A person lends an account through a link, which is good once, for a short time, and for one server of one tenant.',
    where: 'docs/mcp-servers.md, The account of a person',
  },
  {
    id: 'tool:oauth:says-what-is-wrong',
    sentence:
      'A server whose authorization does not work says why, sends no secret to a stranger, and makes us connect to no address that is not allowed.',
    where: 'docs/mcp-servers.md, What is wrong',
  },
  {
    id: 'tool:oauth:settings',
    sentence:
      'Settings of OAuth that would have no effect are refused, and a PUT that leaves them out keeps them with their tokens.',
    where: 'docs/mcp-servers.md, OAuth',
  },
];

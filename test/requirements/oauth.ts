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
    id: 'tool:oauth:known-by-its-document',
    sentence:
      'An authorization server that reads client id metadata documents is given the address of that of the service, and no registration is made there.',
    where: 'docs/mcp-servers.md, Who the service is to an authorization server',
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
  {
    id: 'tool:forms:asked-and-answered',
    sentence:
      'What a server asks for in the middle of a call is shown to a person as a form or an address, and the server goes on with the answer.',
    where: 'docs/mcp-servers.md, Forms',
  },
  {
    id: 'tool:forms:no-secrets',
    sentence: 'A form that asks for a password, a key, a token or the like is declined and shown to nobody.',
    where: 'docs/mcp-servers.md, Forms',
  },
  {
    id: 'tool:forms:kill',
    sentence:
      'A worker that dies while a call waits for a form leaves no question open: the call is made again if that does no harm, otherwise its outcome is unknown.',
    where: 'docs/mcp-servers.md, Forms',
  },
];

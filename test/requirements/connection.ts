import type { Requirement } from './requirement.ts';

/** The promises on connections to MCP servers: settings and secrets, processes, the pool of connections, cancelling. */
export const connection: readonly Requirement[] = [
  {
    id: 'connection:secrets:sealed-and-masked',
    where: 'docs/operations.md, Keys and secrets',
    sentence:
      'Credential, headers and variables of an MCP server are sealed, shown masked, and kept by a PUT that leaves them out while the server stays at the same place.',
  },
  {
    id: 'connection:fields:refused-not-ignored',
    where: 'docs/operations.md, Keys and secrets',
    sentence: 'A field of an MCP server that is unknown or would have no effect is refused.',
  },
  {
    id: 'connection:stdio:only-allowed-commands',
    where: 'docs/operations.md, Keys and secrets',
    sentence: 'Only commands on the list of the operator are registered and started as MCP servers.',
  },
  {
    id: 'connection:cancel:interrupt-reaches-the-tool',
    where: 'docs/steering.md, Steering: what a command does in which state',
    sentence:
      'An interrupt tells the server of a running call that it is cancelled, and the session waits for no read and not longer than a setting for any other call.',
  },
  {
    id: 'connection:progress:extends-the-time-out',
    where: 'docs/sessions.md, The whole of a long tool result',
    sentence: 'A tool that reports progress has its time-out extended, up to a maximum.',
  },
  {
    id: 'connection:egress:no-private-address',
    where: 'docs/operations.md, Keys and secrets',
    sentence:
      'No spelling of a private address is stored or called, nor a name or a redirect that leads to one, and the address that was checked is the one that is called.',
  },
  {
    id: 'connection:pool:tenants-apart',
    where: 'docs/operations.md, MCP servers',
    sentence: 'Connections belong to one tenant, server and credential, and no tenant can take those of all others.',
  },
  {
    id: 'connection:health:rests-and-says-so',
    where: 'docs/operations.md, MCP servers',
    sentence:
      'An MCP server that fails again and again is tried again after a growing pause, calls fail at once meanwhile with nothing sent, and the API says why and until when.',
  },
  {
    id: 'connection:process:no-orphan',
    where: 'docs/operations.md, MCP servers',
    sentence:
      'A stdio server runs in a folder of its own and ends with the process that started it, however that ends, together with all processes that it started.',
  },
  {
    id: 'connection:generation:kept-with-the-server',
    where: 'docs/mcp-servers.md, Both generations of the protocol',
    sentence:
      'The generation that a server speaks is stored with it, so a restart does not ask again, and is forgotten when the server is reached at another place.',
  },
  {
    id: 'connection:bytes:memory-flat',
    where: 'docs/operations.md, MCP servers',
    sentence: 'An MCP server that sends without end is cut off after some megabytes, on every transport.',
  },
];

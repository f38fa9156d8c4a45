import type { Requirement } from './requirement.ts';

/** The promises on MCP servers, whatever they list and answer. */
export const mcp: readonly Requirement[] = [
  {
    id: 'tool:offer:fits-every-provider',
    sentence: 'A model is offered at most as many tools as every provider takes, with an even share for each server.',
    where: 'docs/mcp-servers.md, What a server lists',
  },
  {
    id: 'tool:list:part-by-part',
    sentence:
      'The good tools of a listing are offered whatever else a server lists or answers, and each of the others is named with its reason.',
    where: 'docs/mcp-servers.md, What a server lists',
  },
  {
    id: 'tool:schema:repaired-or-withheld',
    sentence:
      'The schema of every tool that is offered is valid JSON Schema: what is wrong is repaired where its meaning is plain, and else the tool is withheld.',
    where: 'docs/mcp-servers.md, Schemas',
  },
  {
    id: 'tool:result:part-by-part',
    sentence:
      'A result that came is never an unknown outcome: its text is kept, and the rest is shown as far as it can be.',
    where: 'docs/mcp-servers.md, What a server answers',
  },
  {
    id: 'tool:result:files-by-reference',
    sentence:
      'Sounds and other files of a result are kept with the session, named by an id in its text, and given out as they came.',
    where: 'docs/mcp-servers.md, What a server answers',
  },
  {
    id: 'tool:pin:raw-definition',
    sentence:
      'The pin of a tool is the SHA-256 of its name, description and input schema as its server sent them, in canonical JSON (RFC 8785).',
    where: 'docs/mcp-servers.md, A tool that changed',
  },
  {
    id: 'tool:pin:quarantined-until-accepted',
    sentence:
      'A pinned tool that its server defines otherwise is not called until an admin has accepted that definition, and the other tools go on working.',
    where: 'docs/mcp-servers.md, A tool that changed',
  },
];

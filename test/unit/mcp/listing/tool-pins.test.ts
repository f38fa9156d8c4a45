import { expect, test } from 'vitest';
import type { McpToolDefinition, ToolListing } from '../../../../domain/mcp-tool.ts';
import { usableSchema } from '../../../../domain/tool-schema/usable-schema.ts';
import { definitionOf } from '../../../../mcp/listing/discover-tools.ts';
import { listedEntry } from '../../../../mcp/listing/listed-entry.ts';
import { drifted, driftOf, isPinned, pinsAfter, tolerating } from '../../../../mcp/listing/tool-pins.ts';

const now = new Date('2026-11-30T12:00:00Z');
const later = new Date('2026-11-30T13:00:00Z');
const schema = { type: 'object', properties: { at: { type: 'string', default: 'now' }, n: { type: 'int' } } };

/** The definition of a tool as discovery makes it of what a server sends. */
function tool(name: string, description: unknown = 'Does.', inputSchema: unknown = schema): McpToolDefinition {
  const listed = listedEntry({ name, description, inputSchema }, 1);
  const defined = listed.kind === 'tool' ? definitionOf(listed.tool, usableSchema(listed.tool.sentSchema)) : undefined;
  if (defined?.kind !== 'defined') throw new Error(`${name} is no tool`);
  return defined.definition;
}

const listing = (tools: McpToolDefinition[], more: Partial<ToolListing> = {}): ToolListing => ({
  tools,
  withheld: [],
  warnings: [],
  complete: true,
  ...more,
});

test('[tool:pin:raw-definition] the pin is that of what the server sent, not of the form that is used', () => {
  const repaired = tool('a');
  expect(repaired.repairs).toEqual(['/properties/n/type: "int" is read as "integer".']);
  expect(repaired.hash).not.toBe(tool('a', 'Does.', repaired.inputSchema).hash);
  expect(tool('a', 'Does.', undefined).hash).not.toBe(tool('a', 'Does.', { type: 'object' }).hash);
});

test('[tool:pin:quarantined-until-accepted] only the tool that changed is quarantined, new ones are pinned, and what models are shown stays', () => {
  const pinned = [tool('same'), tool('changed'), tool('gone')];
  const pins = pinsAfter(pinned, listing([tool('same'), tool('changed', 'Does more.'), tool('new')]), now);
  expect(pins.map(({ name, drift, missing }) => [name, drift?.times, missing])).toEqual([
    ['same', undefined, undefined],
    ['changed', 1, undefined],
    ['new', undefined, undefined],
    ['gone', undefined, true],
  ]);
  expect(pins[1]).toMatchObject({ description: 'Does.', hash: pinned[1]?.hash, drift: { since: now.toISOString() } });
});

test('[tool:pin:quarantined-until-accepted] a tool that was away comes back as it was, or in quarantine', () => {
  const away = pinsAfter([tool('a'), tool('b')], listing([]), now);
  expect(away.every(({ missing }) => missing)).toBe(true);
  const back = pinsAfter(away, listing([tool('a'), tool('b', 'Is another.')]), now);
  expect(back.map(({ drift, missing }) => [drift?.times, missing])).toEqual([
    [undefined, undefined],
    [1, undefined],
  ]);
  // Nothing is known about the rest of a listing that was not read to its end.
  expect(pinsAfter([tool('a')], listing([], { complete: false }), now)).toEqual([tool('a')]);
  const withheld = [{ tool: 'a', reason: 'too_large', message: 'It is large.' }] as const;
  expect(pinsAfter([tool('a')], listing([], { complete: false, withheld }), now)[0]?.missing).toBe(true);
});

test('[tool:pin:quarantined-until-accepted] a tool that changes at every listing is counted, and one that changes back is free', () => {
  const clock = (time: string) => tool('clock', `It is ${time}.`);
  const first = pinsAfter([clock('12:00')], listing([clock('12:01')]), now);
  const second = pinsAfter(first, listing([clock('12:02')]), later);
  expect(second[0]?.drift).toMatchObject({ times: 2, since: now.toISOString(), description: 'It is 12:02.' });
  expect(pinsAfter(second, listing([clock('12:02')]), later)[0]?.drift?.times).toBe(2);
  expect(pinsAfter(second, listing([clock('12:00')]), later)).toEqual([{ ...clock('12:00'), tolerated: undefined }]);
});

test('[tool:pin:quarantined-until-accepted] what may change of a tool does not matter, and everything else does', () => {
  const at = (time: string, of = schema) => {
    const properties = { ...of.properties, at: { type: 'string', default: time } };
    return tool('clock', `It is ${time}.`, { ...of, properties });
  };
  const pin = tolerating(at('12:00'), ['/description', '/inputSchema/properties/at/default']);
  expect(isPinned('clock', at('12:01'), pin)).toBe(true);
  expect(pinsAfter([pin], listing([at('12:01')]), now)).toEqual([pin]);
  const more = { ...schema, properties: { ...schema.properties, to: { type: 'string' } } };
  expect(pinsAfter([pin], listing([at('12:01', more)]), now)[0]?.drift?.times).toBe(1);
  expect(isPinned('clock', at('12:01'), tolerating(pin, []))).toBe(false);
});

test('[tool:pin:quarantined-until-accepted] an admin is shown each difference with what was there before', () => {
  const other = {
    type: 'object',
    properties: { at: { type: 'string', default: 'then' }, 'a/b': true },
    required: ['at'],
  };
  const changed = drifted(tool('a'), { ...tool('a', 'Does more.', other), sentSchema: other }, now);
  expect(driftOf(changed)).toEqual([
    { path: '/description', before: 'Does.', after: 'Does more.' },
    { path: '/inputSchema/properties/at/default', before: 'now', after: 'then' },
    { path: '/inputSchema/properties/n', before: { type: 'int' } },
    { path: '/inputSchema/properties/a~1b', after: true },
    { path: '/inputSchema/required', after: ['at'] },
  ]);
  expect(driftOf(tool('a'))).toEqual([]);
});

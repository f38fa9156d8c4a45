import { expect, test } from 'vitest';
import { offeredTools } from '../../../domain/offered-tools.ts';

/** Tools named after their server and place. The server `own` has the bundled ones. */
function toolsOf(counts: Readonly<Record<string, number>>) {
  return Object.entries(counts).flatMap(([serverId, count]) =>
    Array.from({ length: count }, (_, place) => ({
      serverId,
      bundled: serverId === 'own',
      name: `${serverId}${place}`,
      definitionBytes: 100,
    })),
  );
}

test.each([
  ['few', { own: 2, a: 3, b: 4 }, { own: 2, a: 3, b: 4 }],
  ['exactly as many as may be', { own: 2, a: 8 }, { own: 2, a: 8 }],
  ['one server with too many', { own: 2, a: 1_000 }, { own: 2, a: 8 }],
  ['a large server before a small one', { own: 2, a: 1_000, b: 3 }, { own: 2, a: 5, b: 3 }],
  ['a small one before a large one', { own: 2, a: 3, b: 1_000 }, { own: 2, a: 3, b: 5 }],
  ['more servers than places', { own: 2, a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1, i: 1 }, { own: 2 }],
])('[tool:offer:fits-every-provider] of %s, a model is offered a fair share', (_, has, expected) => {
  const tools = toolsOf(has);
  const offered = offeredTools(tools, 10);
  expect(offered.length).toBe(Math.min(tools.length, 10));
  for (const [server, count] of Object.entries(expected)) {
    const firstOnes = tools.filter(({ serverId }) => serverId === server).slice(0, count);
    expect(offered.filter(({ serverId }) => serverId === server)).toEqual(firstOnes);
  }
  expect(offered).toEqual(tools.filter((tool) => offered.includes(tool)));
});

test('[tool:offer:fits-every-provider] a model is offered no more bytes than the limit, a fair share of each server, and what still fits', () => {
  const tools = toolsOf({ own: 1, a: 10, b: 10 }).map((tool) =>
    tool.serverId === 'a' && tool.name !== 'a0' ? { ...tool, definitionBytes: 450 } : tool,
  );
  const names = (mostBytes: number) => offeredTools(tools, 100, mostBytes).map(({ name }) => name);
  expect(names(10_000)).toHaveLength(21);
  expect(names(1_000)).toEqual(['own0', 'a0', 'a1', 'b0', 'b1', 'b2']);
  expect(names(50)).toEqual(['own0']);
});

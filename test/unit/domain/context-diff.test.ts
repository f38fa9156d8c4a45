import { applyPatch } from 'diff';
import { expect, test } from 'vitest';
import { contextChanges } from '../../../domain/context-diff.ts';
import type { SourceView } from '../../../domain/context-view.ts';

type Part = SourceView['included'][number];
const part = (id: string, text: string | undefined, version = '1'): Part => ({ id, version, tokens: 5, text });
const source = (included: Part[], dropped: SourceView['dropped'] = []): SourceView => ({
  source: 'WORKSPACE',
  tokens: 1,
  budgetTokens: 800,
  included,
  dropped,
});

test('[context:manifest:difference-between-turns] a part that was added, removed or changed is shown with a unified diff, and others are not', () => {
  const before = source([part('same', 'a'), part('old', 'gone\n'), part('file', 'one\ntwo\nthree')]);
  const after = source(
    [part('same', 'a', '2'), part('file', 'one\n2\nthree', '2'), part('new', 'fresh')],
    [{ id: 'old', version: '1', tokens: 5, why: 'over_budget' }],
  );
  const changes = contextChanges([before], [after]);
  expect(changes.map(({ id, change, why }) => [id, change, why])).toEqual([
    ['file', 'changed', undefined],
    ['new', 'added', undefined],
    ['old', 'removed', 'over_budget'],
  ]);
  expect(changes.map(({ diff }) => diff?.split('\n'))).toEqual([
    ['--- file\tversion 1', '+++ file\tversion 2', '@@ -1,3 +1,3 @@', ' one', '-two', '+2', ' three', ''],
    ['--- new\tnone', '+++ new\tversion 1', '@@ -0,0 +1,1 @@', '+fresh', ''],
    ['--- old\tversion 1', '+++ old\tnone', '@@ -1,1 +0,0 @@', '-gone', ''],
  ]);
});

test('[context:manifest:difference-between-turns] the two parts of REFERENCE are compared each with itself, and a source that only one turn has counts', () => {
  const index: SourceView = { ...source([part('guide', '- guide')]), source: 'REFERENCE', part: 'index' };
  const bodies: SourceView = { ...source([part('guide', '# guide')]), source: 'REFERENCE', part: 'bodies' };
  expect(contextChanges([index, bodies], [index])).toMatchObject([
    { source: 'REFERENCE', part: 'bodies', id: 'guide', change: 'removed' },
  ]);
  expect(contextChanges([index, bodies], [bodies, index])).toEqual([]);
});

test('[context:manifest:difference-between-turns] of a turn whose version kept no texts, versions are compared', () => {
  const before = source([part('file', undefined), part('same', undefined)]);
  const after = source([part('file', 'text', '2'), part('same', 'text')]);
  expect(contextChanges([before], [after])).toEqual([
    expect.objectContaining({ id: 'file', change: 'changed', diff: null }),
  ]);
});

test('[context:manifest:difference-between-turns] texts that have next to nothing in common are shown one after the other, in a diff that can be applied', () => {
  const linesOf = (word: string) => Array.from({ length: 5_000 }, (_, at) => `${word}${at}\n`).join('');
  const [old, fresh] = [linesOf('before'), linesOf('after')];
  const [change] = contextChanges([source([part('file', old)])], [source([part('file', fresh, '2')])]);
  expect(applyPatch(old, change?.diff ?? '')).toBe(fresh);
});

test('[context:manifest:difference-between-turns] many parts share the edits that a comparison takes, and each diff can be applied', () => {
  const linesOf = (word: string) => Array.from({ length: 200 }, (_, at) => `${at % 2 ? word : ''}${at}\n`).join('');
  const [old, fresh] = [linesOf('before'), linesOf('after')];
  const ids = Array.from({ length: 40 }, (_, n) => `file-${n}`);
  const compared = (of: readonly string[]) =>
    contextChanges([source(of.map((id) => part(id, old)))], [source(of.map((id) => part(id, fresh, '2')))]);
  const hunks = ({ diff }: { diff: string | null }) => diff?.match(/^@@/gm)?.length;
  const unchanged = ({ diff }: { diff: string | null }) => diff?.match(/^ /gm)?.length ?? 0;
  expect(compared(['one']).map(unchanged)).toEqual([100]);
  const many = compared(ids);
  expect(many.map((change) => [hunks(change), unchanged(change)])).toEqual(ids.map(() => [1, 0]));
  for (const { diff } of many) expect(applyPatch(old, diff ?? '')).toBe(fresh);
});

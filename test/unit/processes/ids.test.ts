import { expect, test } from 'vitest';
import { idSchema } from '../../../contract/ids.ts';
import { newId } from '../../../processes/ids.ts';

test('ids sort by the time at which they were made', () => {
  const times = [0, 1, 1_700_000_000_000, 1_700_000_000_001, 1_800_000_000_000];
  const ids = times.map((time) => newId('sess', time));
  expect(ids.toSorted()).toEqual(ids);
});

test('an id has the documented form and is not made twice', () => {
  const ids = Array.from({ length: 1_000 }, () => newId('evt', 1_700_000_000_000));
  expect(new Set(ids).size).toBe(1_000);
  for (const id of ids) expect(idSchema('evt').safeParse(id).success).toBe(true);
});

import { expect, test } from 'vitest';
import { createAdmitNames } from '../../../telemetry/series-limit.ts';

test('[figures:names:bounded] a tenant that names more than its part is counted as other, and leaves room to another tenant', () => {
  const admit = createAdmitNames({ names: 5, namesOfTenant: 3, nameLength: 10 });
  const hostile = Array.from({ length: 10 }, (_, n) => admit('hostile', [`agent-${n}`, 'm']));
  expect(hostile.filter(([agent]) => agent === 'other')).toHaveLength(7);
  expect(hostile.at(-1)).toEqual(['other', 'other']);
  expect(admit('quiet', ['mine', 'm'])).toEqual(['mine', 'm']);
  // What was taken once stays.
  expect(admit('hostile', ['agent-0', 'm'])).toEqual(['agent-0', 'm']);
  expect(admit('quiet', ['a'.repeat(11), 'm'])).toEqual(['other', 'other']);
  admit('quiet', ['again', 'm']);
  expect(admit('third', ['new', 'm'])).toEqual(['other', 'other']);
});

import { expect, test } from 'vitest';
import { createServerHealth, type HealthChange } from '../../../../mcp/connections/server-health.ts';
import { externalServer } from '../../../fixtures/mcp/connections.ts';

const server = externalServer('flaky', { kind: 'stdio', command: 'flaky', args: [] });

function healthFrom(startMs: number) {
  const clock = { nowMs: startMs };
  const changes: HealthChange[] = [];
  const health = createServerHealth({ nowMs: () => clock.nowMs, onChange: (change) => changes.push(change) });
  return { clock, changes, health };
}

test('[connection:health:rests-and-says-so] two failures in a row are followed by another attempt at once, further ones by longer and longer rests', () => {
  const { clock, changes, health } = healthFrom(0);
  const rests = Array.from({ length: 11 }, () => {
    health.failed('a', server, 'it ended with exit code 3');
    const rest = health.restOf('a');
    clock.nowMs += rest?.waitMs ?? 0;
    expect(health.restOf('a')).toBeUndefined();
    return rest?.waitMs ?? 0;
  });
  expect(rests).toEqual([0, 0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  expect(changes.map(({ failures }) => failures)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  expect(changes[2]?.health).toEqual({
    state: 'down',
    why: 'it ended with exit code 3',
    until: '1970-01-01T00:00:01.000Z',
  });
  expect(health.restOf('b')).toBeUndefined();
});

test('[connection:health:rests-and-says-so] a server that wants a credential is down and does not rest', () => {
  const { changes, health } = healthFrom(0);
  for (const _ of [1, 2, 3, 4]) health.failed('a', server, 'it wants a credential', true);
  expect(health.restOf('a')).toBeUndefined();
  expect(changes.at(-1)?.health).toEqual({ state: 'down', why: 'it wants a credential', until: undefined });
});

test('[connection:health:rests-and-says-so] an answer ends the count, and is told once', () => {
  const { changes, health } = healthFrom(0);
  for (const _ of [1, 2, 3]) health.failed('a', server, 'refused');
  for (const _ of [1, 2]) health.answered('a', server);
  expect(health.restOf('a')).toBeUndefined();
  health.failed('a', server, 'refused');
  expect(health.restOf('a')).toBeUndefined();
  expect(changes.map((change) => change.health.state)).toEqual(['down', 'down', 'down', 'up', 'down']);
});

import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockHolder, tryLock } from '../../../stack/home/file-lock.ts';

let dir: string;
let path: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'agent-runs-lock-'));
  path = join(dir, 'lock');
});

afterEach(() => {
  rmSync(dir, { recursive: true });
});

const takenLock = () => {
  const taken = tryLock(path);
  return 'lock' in taken ? taken.lock : expect.fail('the lock was not taken');
};

test('a lock has one holder until it is released', () => {
  const first = takenLock();
  expect(tryLock(path)).toEqual({ heldBy: process.pid });
  expect(lockHolder(path)).toBe(process.pid);
  first.release();
  expect(lockHolder(path)).toBeUndefined();
  expect(tryLock(path)).toHaveProperty('lock');
});

test.each([
  ['of a process that is gone', JSON.stringify({ pid: 2 ** 22 + 1, startedAt: '1' })],
  ['of a process whose pid another one has now', JSON.stringify({ pid: process.pid, startedAt: '1' })],
  ['whose file was cut off', '{"pid":'],
])('a stale lock %s is taken over, and nothing else stays behind', (_, content) => {
  writeFileSync(path, content);
  expect(tryLock(path)).toHaveProperty('lock');
  expect(lockHolder(path)).toBe(process.pid);
  expect(readdirSync(dir)).toEqual(['lock']);
});

test('releasing a lock that was taken over leaves it to its new holder', () => {
  const first = takenLock();
  writeFileSync(path, JSON.stringify({ pid: 1, startedAt: 'another' }));
  first.release();
  expect(existsSync(path)).toBe(true);
});

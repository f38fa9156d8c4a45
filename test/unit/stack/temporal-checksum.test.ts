import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pinnedSha256, requireSha256 } from '../../../stack/temporal/checksum.ts';

const OF_ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

test('[stack:failed-start:one-clear-sentence] a binary whose hash is not the pinned one is refused, and the message has both hashes', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'agent-runs-checksum-'));
  const binary = join(dir, 'temporal');
  writeFileSync(binary, 'abc');
  await requireSha256(binary, OF_ABC);
  await expect(requireSha256(binary, 'f00')).rejects.toThrow(`its SHA-256 is ${OF_ABC}, and f00 was expected`);
  rmSync(dir, { recursive: true });
});

test('[stack:failed-start:one-clear-sentence] a platform without a pinned hash gets no ready-made binary', () => {
  expect(pinnedSha256('linux-x64')).toMatch(/^[0-9a-f]{64}$/);
  expect(() => pinnedSha256('plan9-mips')).toThrow('no hash is pinned for plan9-mips');
});

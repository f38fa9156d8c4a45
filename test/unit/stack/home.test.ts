import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { homeAt, makeHome } from '../../../stack/home/paths.ts';
import { oldSecretsAt, secretAt } from '../../../stack/home/secret-file.ts';

test.runIf(process.platform === 'linux')(
  '[stack:failed-start:one-clear-sentence] a data folder that cannot be made is refused in one sentence and not retried for ever',
  () => {
    expect(() => makeHome(homeAt('/proc/agent-runs/home'))).toThrow(
      'No folder can be made at /proc/agent-runs; set AGENT_RUNS_HOME to another place.',
    );
  },
);

test('[tenant:secret:key-can-be-changed] a sealing key whose file is renamed becomes an older one, and another is made', () => {
  const dir = mkdtempSync(join(tmpdir(), 'agent-runs-keys-'));
  try {
    const { sealingKey, oldSealingKeys } = homeAt(dir);
    expect(oldSecretsAt(oldSealingKeys)).toEqual([]);
    const first = secretAt(oldSealingKeys);
    const second = secretAt(sealingKey);
    expect(second).not.toBe(first);
    expect(oldSecretsAt(oldSealingKeys)).toEqual([first]);
    writeFileSync(oldSealingKeys, `${first}\nnot a key\n`);
    expect(() => oldSecretsAt(oldSealingKeys)).toThrow(
      `${oldSealingKeys} must hold older sealing keys of 64 hexadecimal characters, one a line.`,
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
});

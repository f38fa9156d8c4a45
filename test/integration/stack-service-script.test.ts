import { stat } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { serviceCommand } from '../../stack/service-script.ts';

describe.each(['api/main.ts', 'worker/main.ts', 'models/simulated/main.ts'])('%s', (entry) => {
  it('runs as one script, which is made once', async () => {
    const [node, script = ''] = await serviceCommand(entry);
    expect(node).toBe(process.execPath);
    expect(script).toMatch(/\.mjs$/);
    const made = await stat(script);
    expect(await serviceCommand(entry)).toEqual([node, script]);
    expect((await stat(script)).mtimeMs).toBe(made.mtimeMs);
  });
});

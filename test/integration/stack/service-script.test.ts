import { stat } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { serviceCommand } from '../../../stack/services/command.ts';

describe.each(['api/main.ts', 'worker/main.ts', 'simulated/main.ts'])('%s', (entry) => {
  it('runs as one script, which is made once and not mentioned after that', async () => {
    const command = await serviceCommand(entry);
    const [node, script = ''] = [command[0], command.at(-1)];
    expect(node).toBe(process.execPath);
    expect(script).toMatch(/\.mjs$/);
    const made = await stat(script);
    const lines: string[] = [];
    expect(await serviceCommand(entry, (line) => lines.push(line))).toEqual(command);
    expect(lines).toEqual([]);
    expect((await stat(script)).mtimeMs).toBe(made.mtimeMs);
  });
});

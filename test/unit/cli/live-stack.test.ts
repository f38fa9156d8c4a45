import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { liveStack } from '../../../cli/local/live-stack.ts';
import { NO_PIDS, writeCredentials } from '../../../stack/home/credentials.ts';
import { tryLock } from '../../../stack/home/file-lock.ts';

const NOWHERE = 'http://127.0.0.1:1';

let dir: string;
let lines: string[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'agent-runs-live-'));
  lines = [];
});

afterEach(() => rmSync(dir, { recursive: true }));

const find = (giveUpAfterMs?: number) =>
  liveStack({
    dir,
    log: (line) => lines.push(line),
    signal: new AbortController().signal,
    ...(giveUpAfterMs === undefined ? {} : { giveUpAfterMs }),
  });
const hold = () => tryLock(join(dir, 'supervisor.lock'));
const write = (baseUrl: string, api: number | null) =>
  writeCredentials(join(dir, 'credentials.json'), { baseUrl, apiKey: 'brk_known' }, { ...NO_PIDS, api });

test('credentials left by a stopped stack are not taken for those of a running one', async () => {
  write(NOWHERE, 4711);
  expect(await find()).toBeUndefined();
});

test('[stack:demo:shows-a-session-as-it-happens] a stack that is starting is waited for, and not looked for at the address of the previous one', async () => {
  const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : expect.fail('no port');
  hold();
  write(NOWHERE, null);
  const found = find();
  write(NOWHERE, 4711);
  await expect.poll(() => lines).toEqual([`waiting for the stack that process ${process.pid} starts`]);
  write(`http://127.0.0.1:${port}`, 4711);
  expect(await found).toEqual({
    baseUrl: `http://127.0.0.1:${port}`,
    apiKey: 'brk_known',
    supervisor: process.pid,
  });
  server.close();
});

test('[stack:failed-start:one-clear-sentence] a service that does not answer is named by its address', async () => {
  hold();
  write(NOWHERE, 4711);
  await expect(find(0)).rejects.toThrow(`The service at ${NOWHERE} does not answer.`);
  write(NOWHERE, null);
  await expect(find(0)).rejects.toThrow(`The stack that process ${process.pid} runs serves no API.`);
});

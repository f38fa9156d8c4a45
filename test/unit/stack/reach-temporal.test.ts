import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { reachTemporal } from '../../../stack/temporal/reach.ts';

test('[stack:failed-start:one-clear-sentence] a Temporal that does not answer is waited for, which is said once, and then named with its variable', async () => {
  const lines: string[] = [];
  const reached = reachTemporal({ address: '127.0.0.1:1', log: (line) => lines.push(line), giveUpAfterMs: 600 });
  await expect(reached).rejects.toThrow(
    'The Temporal of TEMPORAL_ADDRESS (127.0.0.1:1) cannot be reached (ECONNREFUSED); start it, or correct host and port.',
  );
  expect(lines).toEqual(['waiting for the Temporal of TEMPORAL_ADDRESS (127.0.0.1:1)']);
});

test('a Temporal that takes connections is reached without a line of log', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : expect.fail('no port');
  const lines: string[] = [];
  await reachTemporal({ address: `127.0.0.1:${port}`, log: (line) => lines.push(line) });
  expect(lines).toEqual([]);
  server.close();
});

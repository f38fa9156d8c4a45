import { expect, test } from 'vitest';
import { sentenceOf } from '../../../stack/stack-error.ts';
import { checkStackOptions, readStackOptions } from '../../../stack/stack-options.ts';

test('[P2] without settings it is everything on port 8787 with a home in the project', () => {
  expect(readStackOptions({})).toMatchObject({
    port: 8787,
    role: 'all',
    home: expect.stringMatching(/\/\.agent-runs$/),
  });
});

test.each([
  [{ PORT: 'http' }, 'PORT is "http"'],
  [{ PORT: '70000' }, 'PORT is "70000"'],
  [{ AGENT_RUNS_ROLE: 'boss' }, 'AGENT_RUNS_ROLE is "boss"; it can be api, worker or all.'],
])('%j is refused by name', (env, message) => {
  expect(() => readStackOptions(env)).toThrow(message);
});

test('[P16] an external database is refused without a key that seals secrets outside it', () => {
  const options = readStackOptions({ DATABASE_URL: 'postgres://db' });
  expect(() => checkStackOptions(options)).toThrow('AGENT_RUNS_SEALING_KEY is needed');
  expect(() => checkStackOptions({ ...options, sealingKey: 'short' })).toThrow('64 hexadecimal characters');
  expect(() => checkStackOptions({ ...options, sealingKey: 'a'.repeat(64) })).not.toThrow();
});

test('[P4] a full disk is said in one sentence that names the folder', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  expect(sentenceOf(full, '/data')).toBe(
    'The disk that holds /data is full; free some space, or set AGENT_RUNS_HOME to a folder on another disk.',
  );
});

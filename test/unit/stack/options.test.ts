import { expect, test } from 'vitest';
import { SettingError } from '../../../processes/setting-error.ts';
import { sentenceOf } from '../../../stack/error.ts';
import { checkStackOptions, readStackOptions } from '../../../stack/options.ts';

test('[stack:settings:documented-and-checked] without settings the stack starts everything, on port 8787, with a home in the project', () => {
  expect(readStackOptions({})).toMatchObject({
    port: 8787,
    role: 'all',
    home: expect.stringMatching(/\/\.agent-runs$/),
  });
});

test('[stack:settings:documented-and-checked] an empty setting counts as absent', () => {
  const empty = [
    ...['PORT', 'DATABASE_URL', 'TEMPORAL_ADDRESS', 'TEMPORAL_TLS', 'OPENAI_BASE_URL', 'AGENT_RUNS_ROLE'],
    ...['AGENT_RUNS_RATE_LIMIT', 'AGENT_RUNS_RETENTION_DAYS', 'AGENT_RUNS_TOOL_TIMEOUT_S', 'AGENT_RUNS_LOG_LEVEL'],
    ...['AGENT_RUNS_SIMULATED', 'AGENT_RUNS_TEMPORAL_UI', 'AGENT_RUNS_EGRESS_ALLOW'],
  ];
  expect(readStackOptions(Object.fromEntries(empty.map((name) => [name, ''])))).toEqual(readStackOptions({}));
});

test.each([
  ['1', true],
  ['true', true],
  ['0', false],
  ['false', false],
])('a setting that can be on or off takes the value %s', (word, on) => {
  const options = readStackOptions({ AGENT_RUNS_SIMULATED: word, AGENT_RUNS_TEMPORAL_UI: word });
  expect(options).toMatchObject({ simulated: on, temporalUi: on });
});

test.each([
  [{ AGENT_RUNS_SIMULATED: 'yes' }, 'AGENT_RUNS_SIMULATED must be 1 or 0'],
  [{ AGENT_RUNS_SIMULATED_DELAYS: 'slow' }, 'AGENT_RUNS_SIMULATED_DELAYS must be typical or none.'],
  [{ AGENT_RUNS_TEMPORAL_UI: 'yes' }, 'AGENT_RUNS_TEMPORAL_UI must be 1 or 0'],
  [{ AGENT_RUNS_ROLE: 'boss', PORT: 'x' }, /^PORT must be a number .* AGENT_RUNS_ROLE must be api, worker or all\.$/],
])('[stack:settings:documented-and-checked] %j is refused by name', (env, message) => {
  expect(() => readStackOptions(env)).toThrow(SettingError);
  expect(() => readStackOptions(env)).toThrow(message);
});

test('[tenant:secret:sealed-for-tenant-and-row] an external database is refused without a key that seals secrets outside it', () => {
  const options = readStackOptions({ DATABASE_URL: 'postgres://db' });
  expect(() => checkStackOptions(options)).toThrow('AGENT_RUNS_SEALING_KEY is needed');
  expect(() => checkStackOptions({ ...options, sealingKey: 'a'.repeat(64) })).not.toThrow();
});

test('[stack:failed-start:one-clear-sentence] a full disk is reported in one sentence that names the folder', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  expect(sentenceOf(full, '/data')).toBe(
    'The disk that holds /data is full; free some space, or set AGENT_RUNS_HOME to a folder on another disk.',
  );
});

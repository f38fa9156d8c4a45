import { expect, test } from 'vitest';
import { readStackOptions } from '../../../stack/options.ts';
import { workerChild } from '../../../stack/services/children.ts';

const ADDRESSES = {
  databaseUrl: 'postgres://db',
  temporalAddress: '127.0.0.1:1',
  sealingKey: 'a'.repeat(64),
  oldSealingKeys: [],
};

test.each([
  [{}, 70_000],
  [{ AGENT_RUNS_TOOL_TIMEOUT_S: '600' }, 610_000],
])('with %j a worker has more time to drain than its tools have to run', (env, stopTimeoutMs) => {
  expect(workerChild(readStackOptions(env), ADDRESSES)).toMatchObject({ stopTimeoutMs });
});

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readServiceEnvironment } from '../../../processes/environment.ts';

const GIVEN = {
  DATABASE_URL: 'postgres://db',
  TEMPORAL_ADDRESS: 'temporal:7233',
  AGENT_RUNS_SEALING_KEY: 'a'.repeat(64),
};

test('a variable that Compose passes on without a value counts as absent', () => {
  const compose = readFileSync(new URL('../../../docker-compose.yml', import.meta.url), 'utf8');
  const empty = [...compose.matchAll(/^ {4}([A-Z_]+): \$\{\1:-\}$/gm)].map(([, name]) => [name, '']);
  expect(empty.length).toBeGreaterThan(5);
  expect(readServiceEnvironment({ ...Object.fromEntries(empty), ...GIVEN })).toEqual(readServiceEnvironment(GIVEN));
});

test('all settings that are missing or wrong are named in one message', () => {
  const read = () => readServiceEnvironment({ ...GIVEN, DATABASE_URL: '', AGENT_RUNS_RATE_LIMIT: 'x' });
  expect(read).toThrow(
    /^DATABASE_URL names the Postgres database and is not set\. AGENT_RUNS_RATE_LIMIT must be like /,
  );
});

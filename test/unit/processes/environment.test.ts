import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { providerVariables } from '../../../models/kinds/kinds.ts';
import { readServiceEnvironment } from '../../../processes/environment.ts';

const GIVEN = {
  DATABASE_URL: 'postgres://db',
  TEMPORAL_ADDRESS: 'temporal:7233',
  AGENT_RUNS_SEALING_KEY: 'a'.repeat(64),
};

const read = (env: NodeJS.ProcessEnv) => readServiceEnvironment(env, providerVariables);

const compose = readFileSync(new URL('../../../docker-compose.yml', import.meta.url), 'utf8');

test('a variable that Compose passes on without a value counts as absent', () => {
  const empty = [...compose.matchAll(/^ {4}([A-Z_]+): \$\{\1:-\}$/gm)].map(([, name]) => [name, '']);
  expect(empty.length).toBeGreaterThan(5);
  expect(read({ ...Object.fromEntries(empty), ...GIVEN })).toEqual(read(GIVEN));
});

test('all settings that are missing or wrong are named in one message', () => {
  const refused = () => read({ ...GIVEN, DATABASE_URL: '', AGENT_RUNS_RATE_LIMIT: 'x' });
  expect(refused).toThrow(
    /^DATABASE_URL names the Postgres database and is not set\. AGENT_RUNS_RATE_LIMIT must be like /,
  );
});

test('Compose passes on the variables that connect providers for every tenant', () => {
  // Compose starts no simulated provider.
  const names = providerVariables
    .filter(({ kind }) => kind !== 'simulated')
    .flatMap(({ apiKey, baseUrl }) => [apiKey, baseUrl]);
  for (const name of names.filter((each) => each !== undefined)) expect(compose).toContain(`${name}: \${${name}:-}`);
});

test('a provider is given the variables of its kind', () => {
  const { providers } = read({ ...GIVEN, OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'http://proxy:1/v1' });
  expect(providers).toContainEqual({ kind: 'openai', apiKey: 'k', baseUrl: 'http://proxy:1/v1' });
  expect(providers).toContainEqual({ kind: 'anthropic', apiKey: undefined, baseUrl: undefined });
});

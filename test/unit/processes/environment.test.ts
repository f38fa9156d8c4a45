import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { providerVariables } from '../../../models/kinds/kinds.ts';
import { readDatabaseUrl, readServiceEnvironment, readSupervisorEnvironment } from '../../../processes/environment.ts';
import { SettingError } from '../../../processes/setting-error.ts';

const GIVEN = {
  DATABASE_URL: 'postgres://db',
  TEMPORAL_ADDRESS: 'temporal:7233',
  AGENT_RUNS_SEALING_KEY: 'a'.repeat(64),
};

const read = (env: NodeJS.ProcessEnv) => readServiceEnvironment(env, providerVariables);
const readAsSupervisor = (env: NodeJS.ProcessEnv) => readSupervisorEnvironment(env, providerVariables);

const compose = readFileSync(new URL('../../../docker-compose.yml', import.meta.url), 'utf8');

const SECRET_SETTINGS = [
  ...['DATABASE_URL', 'AGENT_RUNS_SEALING_KEY', 'AGENT_RUNS_SEALING_KEYS_OLD', 'TEMPORAL_API_KEY'],
  ...['ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'GOOGLE_GENERATIVE_AI_API_KEY', 'AGENT_RUNS_EMBEDDINGS_API_KEY'],
];

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'agent-runs-secrets-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

function fileWith(text: string): string {
  const path = join(dir, `secret-${Math.random()}`);
  writeFileSync(path, text);
  return path;
}

test('a variable that Compose passes on without a value counts as absent', () => {
  const empty = [...compose.matchAll(/^ {4}([A-Z_]+): \$\{\1:-\}$/gm)].map(([, name]) => [name, '']);
  expect(empty.length).toBeGreaterThan(5);
  expect(read({ ...Object.fromEntries(empty), ...GIVEN })).toEqual(read(GIVEN));
});

test('Compose passes on the variables that connect providers for every tenant', () => {
  // Compose starts no simulated provider.
  const names = providerVariables
    .filter(({ kind }) => kind !== 'simulated')
    .flatMap(({ apiKey, baseUrl }) => [apiKey, baseUrl]);
  for (const name of names.filter((each) => each !== undefined)) expect(compose).toContain(`${name}: \${${name}:-}`);
});

test('[stack:settings:documented-and-checked] every secret that Compose takes from a file is one that may come from a file, and is made from a file', () => {
  const inFiles = [...compose.matchAll(/^ {4}([A-Z_]+)_FILE: \/run\/secrets\/(\S+)$/gm)];
  expect(inFiles.map(([, name]) => name)).toEqual(['DATABASE_URL', 'AGENT_RUNS_SEALING_KEY']);
  for (const [, name = '', secret] of inFiles) {
    expect(SECRET_SETTINGS).toContain(name);
    // A read-only service takes a secret from nothing but a file.
    expect(compose).toContain(`  ${secret}:\n    file: ./secrets/${secret}\n`);
  }
});

test('[tenant:secret:key-can-be-changed] older sealing keys are a list, from a variable or one a line from a file', () => {
  const keys = ['b'.repeat(64), 'C'.repeat(64)];
  expect(read(GIVEN).oldSealingKeys).toEqual([]);
  expect(read({ ...GIVEN, AGENT_RUNS_SEALING_KEYS_OLD: `${keys.join(', ')},` }).oldSealingKeys).toEqual(keys);
  const file = fileWith(`${keys.join('\n')}\n`);
  expect(read({ ...GIVEN, AGENT_RUNS_SEALING_KEYS_OLD_FILE: file }).oldSealingKeys).toEqual(keys);
});

test('a provider is given the variables of its kind', () => {
  const { providers } = read({ ...GIVEN, OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'http://proxy:1/v1' });
  expect(providers).toContainEqual({ kind: 'openai', apiKey: 'k', baseUrl: 'http://proxy:1/v1' });
  expect(providers).toContainEqual({ kind: 'anthropic', apiKey: undefined, baseUrl: undefined });
});

test('[stack:settings:documented-and-checked] all settings that are missing or wrong are named in one message', () => {
  const env = { ...GIVEN, DATABASE_URL: '', AGENT_RUNS_RATE_LIMIT: 'x', TEMPORAL_API_KEY_FILE: '/nowhere' };
  expect(() => read(env)).toThrow(SettingError);
  expect(() => read(env)).toThrow(
    /^TEMPORAL_API_KEY_FILE must name .* \(ENOENT\)\. DATABASE_URL names the Postgres database and is not set\. AGENT_RUNS_RATE_LIMIT must be like /,
  );
});

const ADDRESS = 'must be the address of a Postgres database, like postgres://user:password@host:5432/database';

test.each([
  ['DATABASE_URL', 'agent_runs', ADDRESS],
  ['DATABASE_URL', '127.0.0.1:5432', ADDRESS],
  ['DATABASE_URL', 'mysql://user:hush@host/db', ADDRESS],
  ['DATABASE_URL', 'http://user:hush@host/db', ADDRESS],
  ['DATABASE_URL', 'postgres://', 'names no host: it must be'],
  ['DATABASE_URL', 'postgres:///db', 'names no host: it must be'],
  ['DATABASE_URL', 'postgres:db', 'names no host: it must be'],
  ['DATABASE_URL', 'postgres://user:hu/sh@host/db', 'write # / ? @ : % as %23 %2F %3F %40 %3A %25'],
  ['DATABASE_URL', 'postgres://user:hush#@host/db', 'write # / ? @ : % as %23'],
  ['DATABASE_URL', 'postgres://user:hush@host:port/db', ADDRESS],
  ['DATABASE_URL', 'postgres://user:hush%ff@host/db', 'write % itself as %25'],
  ['TEMPORAL_ADDRESS', 'temporal', 'must be host:port, like temporal.example.com:7233'],
  ['TEMPORAL_ADDRESS', 'http://temporal:7233', 'must be host:port'],
  ['TEMPORAL_ADDRESS', 'temporal:7233/x', 'must be host:port'],
  ['TEMPORAL_ADDRESS', ':7233', 'must be host:port'],
  ['TEMPORAL_ADDRESS', 'temporal:0', 'must be host:port'],
  ['TEMPORAL_ADDRESS', 'temporal:70000', 'must be host:port'],
  ['TEMPORAL_API_KEY', 'hush\nhush', 'must be printable ASCII characters without spaces or line breaks'],
  ['TEMPORAL_TLS', 'yes', 'must be 1 or 0'],
  ['PORT', 'http', 'must be a number from 0 to 65535'],
  ['PORT', '-1', 'must be a number from 0 to 65535'],
  ['PORT', '70000', 'must be a number from 0 to 65535'],
  ['AGENT_RUNS_SEALING_KEY', 'hush', 'must be 64 hexadecimal characters'],
  ['AGENT_RUNS_SEALING_KEYS_OLD', `${'a'.repeat(64)},hush`, 'must be sealing keys of 64 hexadecimal characters each'],
  ['AGENT_RUNS_PUBLIC_URL', 'runs.example.com', 'must be an http or https address'],
  ['AGENT_RUNS_CORS_ORIGINS', '*', 'must list origins'],
  ['AGENT_RUNS_CORS_ORIGINS', 'https://app.example.com/', 'must list origins'],
  ['AGENT_RUNS_CORS_ORIGINS', 'app.example.com', 'must list origins'],
  ['AGENT_RUNS_EGRESS_ALLOW', '10.0.0.0/99', 'holds what is not a host, host:port or CIDR'],
  ['AGENT_RUNS_STDIO_COMMANDS', 'npx; *', 'holds * beside other words'],
  ['AGENT_RUNS_STDIO_COMMANDS', 'sh -c "npx x"', 'holds a quotation mark'],
  ['AGENT_RUNS_SIMULATED_URL', 'simulated', 'must be an http or https address'],
  ['AGENT_RUNS_TOOL_TIMEOUT_S', 'abc', 'must be a number of seconds'],
  ['AGENT_RUNS_TOOL_TIMEOUT_S', '601', 'must be at most 600 seconds'],
  ['AGENT_RUNS_TOOL_LONGEST_S', '900', 'must be at most 840 seconds'],
  ['AGENT_RUNS_TOOL_CANCEL_S', '-1', 'must not be negative'],
  ['AGENT_RUNS_MODEL_CALLS_AT_ONCE', '0', 'must be at least 1 call'],
  ['AGENT_RUNS_TOOL_CALLS_AT_ONCE', '2.5', 'must be a whole number of calls'],
  ['AGENT_RUNS_RETENTION_DAYS', '-1', 'must be more than 0 days'],
  ['AGENT_RUNS_RATE_LIMIT', 'abc', 'must be like "500" or "500/2000"'],
  ['AGENT_RUNS_LOG_LEVEL', 'bogus', 'must be one of trace, debug,'],
  ['AGENT_RUNS_EMBEDDINGS_WAIT_S', '11', 'must be at most 10 seconds'],
  ['ANTHROPIC_API_KEY', 'hush hush', 'must be printable ASCII characters'],
  ['OPENAI_BASE_URL', 'https://user:hush@api.openai.com', 'must be an http or https address without a user name'],
])(
  '[stack:settings:documented-and-checked] [I10] %s is refused as %j, by name and without a secret',
  (name, value, message) => {
    const refusal = (reader: (env: NodeJS.ProcessEnv) => unknown) => {
      try {
        return reader({ ...GIVEN, [name]: value });
      } catch (error) {
        return error instanceof SettingError ? error.message : error;
      }
    };
    for (const reader of [read, readAsSupervisor]) {
      expect(refusal(reader)).toMatch(new RegExp(`^${name} `));
      expect(refusal(reader)).toContain(message);
      expect(refusal(reader)).not.toMatch(/hu\/?sh/);
    }
  },
);

test.each([
  ['http://ollama:11434/v1', 'http://ollama:11434/v1/embeddings'],
  ['https://api.openai.com/v1/', 'https://api.openai.com/v1/embeddings'],
  ['http://tei:80/v1/embeddings', 'http://tei/v1/embeddings'],
  ['https://gateway.example.com/embeddings?team=7', 'https://gateway.example.com/embeddings?team=7'],
])('embeddings are asked for at the end point that %s names', (address, url) => {
  const { embeddings } = read({ ...GIVEN, AGENT_RUNS_EMBEDDINGS_URL: address, AGENT_RUNS_EMBEDDINGS_MODEL: 'm' });
  expect(embeddings).toEqual({ url, model: 'm', apiKey: undefined, waitMs: 500 });
});

test.each([
  [
    { AGENT_RUNS_EMBEDDINGS_URL: 'https://e' },
    'AGENT_RUNS_EMBEDDINGS_MODEL names the model of AGENT_RUNS_EMBEDDINGS_URL and is not set.',
  ],
  [
    { AGENT_RUNS_EMBEDDINGS_MODEL: 'm' },
    'AGENT_RUNS_EMBEDDINGS_URL names the end point that makes embeddings and is not set.',
  ],
  [
    { AGENT_RUNS_EMBEDDINGS_API_KEY: 'k' },
    'AGENT_RUNS_EMBEDDINGS_URL names the end point that makes embeddings and is not set.',
  ],
  [
    { AGENT_RUNS_EMBEDDINGS_URL: 'ftp://e', AGENT_RUNS_EMBEDDINGS_MODEL: 'm' },
    'AGENT_RUNS_EMBEDDINGS_URL must be an http or https address without a user name and a password.',
  ],
])('[stack:settings:documented-and-checked] half an embedding model is refused: %j', (env, sentence) => {
  for (const reader of [read, readAsSupervisor]) {
    expect(() => reader({ ...GIVEN, ...env })).toThrow(new SettingError(sentence));
  }
});

test.each([
  'postgres://db',
  'postgresql://user:p%40ss@db.example.com:5433/agent_runs?sslmode=verify-full',
  'postgres://user@/db?host=/var/run/postgresql',
  'postgres://user:pass@[::1]:5432/db',
  'postgres://user:p%ss@db/x',
])('%s is accepted as the address of a database', (url) => {
  expect(readDatabaseUrl({ DATABASE_URL: url })).toBe(url);
});

test('origins of pages and of browser extensions may be allowed', () => {
  const origins = ['https://app.example.com', 'http://localhost:5173', 'chrome-extension://abcdef'];
  const { corsOrigins } = read({ ...GIVEN, AGENT_RUNS_CORS_ORIGINS: origins.join(', ') });
  expect(corsOrigins).toEqual(origins);
});

test('a secret may come from a file, and a line break at its end does not count', () => {
  const secrets = { ...GIVEN, TEMPORAL_API_KEY: 't', ANTHROPIC_API_KEY: 'a', OPENAI_API_KEY: 'o' };
  const embeddings = {
    AGENT_RUNS_EMBEDDINGS_URL: 'https://e',
    AGENT_RUNS_EMBEDDINGS_MODEL: 'm',
    AGENT_RUNS_EMBEDDINGS_API_KEY: 'e',
  };
  const all = {
    ...secrets,
    ...embeddings,
    GOOGLE_GENERATIVE_AI_API_KEY: 'g',
    AGENT_RUNS_SEALING_KEYS_OLD: 'b'.repeat(64),
  };
  const inFiles = Object.fromEntries(
    Object.entries(all).map(([name, value]) =>
      SECRET_SETTINGS.includes(name) ? [`${name}_FILE`, fileWith(`${value}\n`)] : [name, value],
    ),
  );
  expect(Object.keys(inFiles).filter((name) => name.endsWith('_FILE'))).toHaveLength(SECRET_SETTINGS.length);
  expect(read(inFiles)).toEqual(read(all));
  expect(readAsSupervisor(inFiles)).toEqual(readAsSupervisor(all));
  expect(readDatabaseUrl(inFiles)).toBe(GIVEN.DATABASE_URL);
});

test.each(SECRET_SETTINGS)(
  '[stack:settings:documented-and-checked] [I10] %s_FILE is refused if it does not lead to one secret',
  (name) => {
    const reading = (path: string, value = '') => {
      return () => read({ ...GIVEN, [name]: value, [`${name}_FILE`]: path });
    };
    expect(reading(fileWith('x'), 'y')).toThrow(`${name} and ${name}_FILE are both set: keep one of them.`);
    expect(reading(fileWith(' \n'))).toThrow(`${name}_FILE must name a file that holds the secret; the file is empty.`);
    expect(reading(dir)).toThrow(
      `${name}_FILE must name a file that holds the secret; what it names cannot be read (EISDIR).`,
    );
    // A secret that is given by mistake instead of the name of its file is not repeated.
    expect(reading('hush')).toThrow(/^(?!.*hush).* what it names cannot be read \(ENOENT\)\.$/);
  },
);

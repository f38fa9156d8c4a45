import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate } from '../../../db/migrate.ts';
import { startTestServer } from '../../fixtures/mcp/postgres.ts';

const PROJECT_DIR = fileURLToPath(new URL('../../..', import.meta.url));
const PASSWORD = 'hush-hush';

let home: string;
let postgres: Awaited<ReturnType<typeof startTestServer>>;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'agent-runs-refused-'));
  postgres = await startTestServer();
});
afterAll(async () => {
  await postgres?.stop();
  rmSync(home, { recursive: true, force: true });
});

// environment.test.ts of processes/ tries more refused addresses, and problems.test.ts of database/ more databases.
test.each(['cli/main.ts dev', 'api/main.ts', 'worker/main.ts', 'db/migrate-main.ts', 'cli/main.ts keys first'])(
  '[stack:failed-start:one-clear-sentence] [I10] %s refuses an invalid address of a database, and a database that does not let it in, in a sentence without the password',
  async (entry) => {
    await refused(
      entry,
      { DATABASE_URL: `agent:${PASSWORD}` },
      /DATABASE_URL must be the address of a Postgres database, like postgres:/,
    );
    const wrong = Object.assign(new URL(postgres.url), { password: PASSWORD }).href;
    await refused(
      entry,
      { DATABASE_URL: wrong },
      /Postgres refuses the user name or the password in DATABASE_URL; correct/,
    );
  },
);

test.each([
  ['api/main.ts', { AGENT_RUNS_LOG_LEVEL: 'loud' }, /AGENT_RUNS_LOG_LEVEL must be one of trace, debug,/],
  [
    'cli/main.ts dev',
    { AGENT_RUNS_HOST: '192.0.2.1' },
    /AGENT_RUNS_HOST is "192\.0\.2\.1", where this machine cannot listen \(E/,
  ],
  [
    'cli/main.ts dev',
    { AGENT_RUNS_HOST: 'http://localhost', PORT: '8787' },
    /AGENT_RUNS_HOST is "http:\/\/localhost", where/,
  ],
  ['cli/main.ts dev', { AGENT_RUNS_HOME: '/dev/null/home' }, /The data folder \/dev\/null\/home cannot be made/],
  ['cli/main.ts dev', { AGENT_RUNS_HOME: `/tmp/${'x'.repeat(300)}` }, /set AGENT_RUNS_HOME to another one/],
  ['simulated/main.ts', { PORT: 'http' }, /PORT must be a number from 0 to 65535/],
  ['simulated/main.ts', { AGENT_RUNS_SIMULATED_DELAYS: 'slow' }, /AGENT_RUNS_SIMULATED_DELAYS must be typical or none/],
])('[stack:failed-start:one-clear-sentence] %s refuses %j in a sentence', async (entry, env, said) => {
  await refused(entry, env, said);
});

test('[stack:failed-start:one-clear-sentence] an API with a good database refuses a host that is not this machine, and a port in use', async () => {
  await migrate(postgres.url);
  await refused(
    'api/main.ts',
    { AGENT_RUNS_HOST: '192.0.2.1' },
    /AGENT_RUNS_HOST is \\?"192\.0\.2\.1\\?", where this machine/,
  );
  const { port } = new URL(postgres.url);
  await refused('api/main.ts', { PORT: port }, new RegExp(`Port ${port} is already in use; stop what listens there`));
});

/** Runs an entry point with one bad setting until it ends, and expects a sentence. */
async function refused(entry: string, env: Readonly<Record<string, string>>, said: RegExp): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', ...entry.split(' ')], {
    cwd: PROJECT_DIR,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      AGENT_RUNS_HOME: home,
      PORT: '0',
      DATABASE_URL: postgres.url,
      TEMPORAL_ADDRESS: '127.0.0.1:1',
      AGENT_RUNS_SEALING_KEY: 'ab'.repeat(32),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const [code] = await once(child, 'close');
  expect(output.match(said), output).not.toBeNull();
  expect(code).toBe(1);
  expect(output).not.toMatch(/\n\s+at |\\n\s+at /);
  expect(output).not.toContain(PASSWORD);
}

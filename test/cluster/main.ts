/**
 * `npm run test:cluster`: fault tests of sessions, retries and bulk jobs on a Temporal server of 64 shards that keeps its data
 * in Postgres, with two workers and two apis for each stack. It builds the server from Go modules once, which takes minutes.
 * Arguments go to Vitest: `npm run test:cluster -- test/fault/chaos.test.ts -t partition`
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { PROJECT_DIR } from '../../stack/project.ts';
import { placeVariable } from './place.ts';
import { startServerPostgres } from './server-postgres.ts';
import { findServerPrograms } from './server-programs.ts';

/** The other fault tests are about processes of which they start a number of their own, or about one process only. */
const FILES = [
  'approval-kill',
  'bulk-kill',
  'chaos',
  'late-answer',
  'long-sessions',
  'many-processes',
  'money-kill',
  'process-kill',
  'worker-kill-stages',
  'worker-kill-tools',
].map((name) => `test/fault/${name}.test.ts`);

const log = (line: string) => process.stderr.write(`cluster: ${line}\n`);
const given = process.argv.slice(2);
const files = given.some((argument) => argument.startsWith('test/')) ? given : [...FILES, ...given];

const programs = await findServerPrograms(process.env, log);
const postgres = await startServerPostgres(programs, process.env, log);
try {
  const place = { program: programs.server, postgresUrl: postgres.url };
  // A stack is seven busy processes here.
  const atOnce = Math.max(1, Math.floor(availableParallelism() / 2));
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'fault', `--maxWorkers=${atOnce}`];
  const tests = spawn(process.execPath, [...vitest, ...files], {
    cwd: PROJECT_DIR,
    env: { ...process.env, ...placeVariable(place) },
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => tests.kill(signal));
  const [code] = await once(tests, 'exit');
  process.exitCode = code ?? 1;
} finally {
  await postgres.stop();
}

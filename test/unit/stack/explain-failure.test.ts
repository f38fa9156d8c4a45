import { expect, test } from 'vitest';
import { explainFailure } from '../../../stack/supervise/explain-failure.ts';

const failure = { name: 'postgres', how: 'ended with code 1', logFile: '/h/postgres.log' } as const;

test.each([
  ['PANIC:  could not write to file "pg_wal/xlogtemp.9": No space left on device', 'the disk is full'],
  ['HINT:  Check free disk space.', 'the disk is full'],
  ['Error: listen EADDRINUSE: address already in use 127.0.0.1:7000', 'Postgres found its port 7000 already in use'],
  ['FATAL:  lock file "postmaster.pid" already exists\n    at ignored', 'saying "FATAL:  lock file'],
  ['{"level":60,"msg":"the sealing key is wrong, error"}\n', 'saying "the sealing key is wrong, error"'],
  ['{"level":60,"err":{"message":"PORT must be a number"},"msg":"The API failed."}', 'saying "PORT must be a number"'],
  ['', 'Postgres ended with code 1 (its log: /h/postgres.log).'],
])('a service whose log ends with %j is explained by %j', (logTail, said) => {
  expect(explainFailure({ ...failure, logTail, port: 7000 })).toContain(said);
});

test('[stack:failed-start:one-clear-sentence] the setting is named where the port of the API is taken', () => {
  const logTail = '{"level":60,"msg":"Port 8787 is already in use; stop what listens there."}';
  expect(explainFailure({ ...failure, name: 'api', logTail, port: 8787 })).toBe(
    'Port 8787 is already in use; stop what listens there, or set PORT to another one (0 picks a free one).',
  );
});

import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { pipEnvironment } from '../support/pip-environment.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { makeWorld } from './fuzz-world.ts';

const USAGE = `Usage: npm run fuzz -- [--seed N] [--examples N] [-- <options of schemathesis run>]

Starts a stack and sends it requests that Schemathesis generates from /openapi.json, with an admin key.
Fails on a 5xx, and on any status, type, header or body that the document does not describe.

  --seed N       repeats a run (default: a random seed)
  --examples N   most cases for each operation in the last phase (default: 40)
`;

const REQUIREMENTS = fileURLToPath(new URL('requirements.txt', import.meta.url));
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'unsupported_method',
  'allow_header_conformance',
  'ignored_auth',
];
/** Longer than the streams of the sessions that end. */
const REQUEST_TIMEOUT_S = 30;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean', short: 'h' },
    seed: { type: 'string', default: String(randomInt(1_000_000)) },
    examples: { type: 'string', default: '40' },
  },
});
const log = (line: string) => process.stderr.write(`fuzz: ${line}\n`);

if (values.help) process.stdout.write(USAGE);
else process.exitCode = await fuzz();

async function fuzz(): Promise<number> {
  log('installing Schemathesis with pip, unless it is there');
  const python = await pipEnvironment('schemathesis', REQUIREMENTS);
  log('starting a stack');
  const stack = await startTestStack({ env: { AGENT_RUNS_RATE_LIMIT: '0' } });
  try {
    return await runSchemathesis(python, stack);
  } finally {
    await stack.stop();
  }
}

async function runSchemathesis(python: string, stack: TestStack): Promise<number> {
  const world = await makeWorld(stack);
  const args = [
    ...[
      '-m',
      'schemathesis.cli',
      'run',
      `${stack.baseUrl}/openapi.json`,
      '--header',
      `Authorization: Bearer ${stack.api.apiKey}`,
    ],
    // The stateful phase is left out: one of its cases could revoke the key that the others need.
    ...['--phases', 'examples,coverage,fuzzing', '--checks', CHECKS.join(',')],
    // One worker, since with more Python 3.11 sometimes fails while Hypothesis parses its own source in a thread.
    ...['--seed', values.seed, '--max-examples', values.examples, '--workers', '1'],
    ...['--request-timeout', String(REQUEST_TIMEOUT_S), '--suppress-health-check', 'all', '--continue-on-failure'],
    ...positionals,
  ];
  log(`seed ${values.seed}`);
  const child = spawn(python, args, {
    // Schemathesis leaves a folder of examples in its working directory.
    cwd: stack.home,
    stdio: 'inherit',
    env: {
      ...process.env,
      FUZZ_WORLD: JSON.stringify(world),
      SCHEMATHESIS_HOOKS: 'hooks',
      PYTHONPATH: fileURLToPath(new URL('.', import.meta.url)),
      PYTHONDONTWRITEBYTECODE: '1',
    },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

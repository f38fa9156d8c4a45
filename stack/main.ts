import { parseArgs } from 'node:util';
import { runUntilSignalled } from './run-until-signalled.ts';
import { readStackOptions } from './stack-options.ts';
import { startStack } from './start-stack.ts';

const USAGE = `Usage: npm start

Starts Agent Runs: an embedded Postgres and Temporal, the API, the worker and the simulated provider.
Prints one line "ready http://127.0.0.1:PORT" when it serves, and stops everything on Ctrl-C.

Settings, from the environment:
  PORT                     port of the API (8787; 0 picks a free one)
  AGENT_RUNS_HOME          data folder (.agent-runs in the project); credentials.json in it holds address and key
  AGENT_RUNS_HOST          address the API listens on (127.0.0.1)
  AGENT_RUNS_ROLE          api, worker or all (all)
  DATABASE_URL             a Postgres of yours instead of the embedded one; needs AGENT_RUNS_SEALING_KEY
  TEMPORAL_ADDRESS         a Temporal of yours instead of the embedded one (with TEMPORAL_NAMESPACE, TEMPORAL_API_KEY)
  AGENT_RUNS_SEALING_KEY   64 hexadecimal characters that seal secrets (a file in the data folder)
  AGENT_RUNS_SIMULATED     1 or 0: with or without the simulated provider (with it, unless a service of yours is used)
  AGENT_RUNS_TEMPORAL_UI   1: serve Temporal's web interface, too
  ANTHROPIC_API_KEY, OPENAI_API_KEY, GOOGLE_GENERATIVE_AI_API_KEY, OPENAI_BASE_URL   providers
`;

await runUntilSignalled(async (signal, log) => {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help) {
    process.stdout.write(USAGE);
    return undefined;
  }
  const stack = await startStack({ ...readStackOptions(process.env), log }, signal);
  process.stdout.write(`ready ${stack.baseUrl ?? 'worker'}\n`);
  return stack;
});

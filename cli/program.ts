import { Command, Option } from 'commander';
import { createCall, type Does, type GlobalOptions, type Handler } from './call.ts';
import type { CliIo } from './cli-io.ts';
import { addAgents } from './commands/agents.ts';
import { addApprovals } from './commands/approvals.ts';
import { addBudgets } from './commands/budgets.ts';
import { addBulk } from './commands/bulk.ts';
import { addCompletion } from './commands/completion.ts';
import { addDemo } from './commands/demo.ts';
import { addDev } from './commands/dev.ts';
import { addDoctor } from './commands/doctor.ts';
import { addKeys } from './commands/keys.ts';
import { addProfiles } from './commands/profiles.ts';
import { addProviders } from './commands/providers.ts';
import { addRun } from './commands/run.ts';
import { addSessions } from './commands/sessions.ts';
import { addTools } from './commands/tools.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { FORMATS } from './output/output.ts';

const EPILOGUE = `
Exit codes: 0 done, 1 error, 2 usage, 3 cancelled, 4 auth, 5 the session ended badly, 6 it waits for a person, 7 budget.
Service: the profile (--profile, AGENT_RUNS_PROFILE or the current one), else AGENT_RUNS_URL and AGENT_RUNS_API_KEY, else
the stack that runs here.`;

export interface Program {
  readonly program: Command;
  /** What the command that was parsed ended with. */
  exitCode(): ExitCode;
}

/** All commands. They are made anew for each call, because Commander keeps what it has parsed. */
export function createProgram(io: CliIo): Program {
  let code: ExitCode = EXIT.done;
  const does: Does =
    <A extends unknown[]>(handler: Handler<A>) =>
    async (...args: unknown[]) => {
      // Commander passes arguments, options and the command.
      const command = args.at(-1) as Command;
      const call = createCall(io, command.optsWithGlobals<GlobalOptions>());
      const rest = args.slice(0, -1) as A;
      code = (await handler(call, ...rest)) ?? EXIT.done;
    };
  const program = new Command('agent-runs')
    .description('Runs and operates agent sessions.')
    .option('--profile <name>', 'the profile that names the service')
    .addOption(new Option('-o, --output <format>', 'what standard output has').choices(FORMATS).default('table'))
    .option('-q, --quiet', 'no messages on standard error but errors')
    .option('-y, --yes', 'do not ask before what cannot be undone')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
    })
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .addHelpText('after', EPILOGUE);
  for (const add of [addDev, addDemo, addRun, addSessions, addBulk, addApprovals, addAgents, addProviders, addTools]) {
    add(program, does);
  }
  for (const add of [addBudgets, addKeys, addProfiles, addDoctor, addCompletion]) add(program, does);
  return { program, exitCode: () => code };
}

import { text } from '@clack/prompts';
import type { Command } from 'commander';
import type { RunRequest } from '../../sdk/typescript/src/index.ts';
import { answered, type Call, type Does } from '../call.ts';
import { usageError } from '../cli-error.ts';
import type { ExitCode } from '../exit-code.ts';
import { createEventPrinter } from '../follow/event-printer.ts';
import { followSession } from '../follow/follow-session.ts';
import { STEERING_HELP } from '../follow/steering-input.ts';
import { plainText } from '../output/plain-text.ts';
import { collected, countOption, givenOf, jsonObject, numberOption } from './option-values.ts';
import { readAll } from './read-input.ts';

interface RunFlags {
  readonly watch?: boolean;
  readonly detach?: boolean;
  readonly maxTurns?: number;
  readonly budgetCapUsd?: number;
  readonly onComplete?: string;
  readonly onBudget?: string;
  readonly model?: string[];
  readonly tool?: string[];
  readonly metadata?: Record<string, unknown>;
  readonly body?: Record<string, unknown>;
  readonly idempotencyKey?: string;
}

export function addRun(program: Command, does: Does): void {
  program
    .command('run')
    .description('start a session and wait for its answer')
    .argument('<agent>', 'id of the agent')
    .argument('[message]', 'what the agent is asked to do; "-", or nothing at a pipe, reads it from standard input')
    .option('-w, --watch', 'show what happens, and send lines of standard input to the agent')
    .option('-d, --detach', 'do not wait; print the session')
    .option('--max-turns <n>', 'how many turns it may have', countOption)
    .option('--budget-cap-usd <usd>', 'the most that it may spend', numberOption)
    .option('--on-complete <what>', 'what follows an answer: end or idle')
    .option('--on-budget <what>', 'what follows the end of its money: stop, ask or downgrade')
    .option('--model <entry>', 'only these models: id, provider/id or provider/* (again for more)', collected)
    .option('--tool <glob>', 'only these tools (again for more)', collected)
    .option('--metadata <json>', 'an object that is kept with the session', jsonObject('--metadata'))
    .option('--body <json>', 'other fields of the request', jsonObject('--body'))
    .option('--idempotency-key <key>', 'the same key starts the same session')
    .addHelpText('after', `\nWith --watch:\n${STEERING_HELP}`)
    .action(
      does(async (call, agent: string, message: string | undefined, flags: RunFlags) => {
        if (flags.watch && flags.detach) throw usageError('--watch and --detach exclude each other.');
        const fromInput = message === '-' || (message === undefined && call.io.stdin.isTTY !== true);
        const asked = await messageOf(call, message, fromInput);
        return start(call, agent, requestOf(asked, flags), { ...flags, steers: flags.watch === true && !fromInput });
      }),
    );
}

async function start(
  call: Call,
  agent: string,
  request: RunRequest,
  { watch, detach, idempotencyKey, steers }: RunFlags & { readonly steers: boolean },
): Promise<ExitCode | undefined> {
  const { agentRuns, sessions } = call.client();
  if (detach) {
    const session = await agentRuns.create(agent, request, { idempotencyKey });
    await call.output.one(session);
    return undefined;
  }
  const run = agentRuns.run(agent, request, { idempotencyKey });
  call.say(`session ${await run.started()}`);
  if (!watch) {
    const code = await followSession({ call, run, show: async () => undefined, steer: false, stays: false });
    const result = await latestResult(run);
    if (result !== undefined) await call.output.one(result, plainText(result.text));
    else if (call.output.format !== 'table') await call.output.one(await sessions.get(await run.started()));
    if (result?.error !== undefined) call.say(`${result.reason}: ${result.error.message}`);
    return code;
  }
  if (steers && call.isInteractive) call.say('type to speak to the agent, /help for more; Ctrl-C leaves it');
  const printer = createEventPrinter(call.output, false);
  const code = await followSession({ call, run, show: printer.print, steer: steers, stays: false });
  await printer.end();
  return code;
}

/** The result, if the session was followed to one. */
function latestResult(run: ReturnType<ReturnType<Call['client']>['agentRuns']['run']>) {
  return run.then(
    (result) => result,
    () => undefined,
  );
}

async function messageOf(call: Call, message: string | undefined, fromInput: boolean): Promise<string> {
  if (!fromInput && message !== undefined) return message;
  if (fromInput) {
    const read = (await readAll(call.io.stdin)).trim();
    if (read === '') throw usageError('There is no message: neither an argument nor on standard input.');
    return read;
  }
  return answered(await text({ message: 'What shall the agent do?', input: call.io.stdin, output: call.io.stderr }));
}

function requestOf(message: string, flags: RunFlags): RunRequest {
  const named = {
    max_turns: flags.maxTurns,
    budget_cap_usd: flags.budgetCapUsd,
    on_complete: flags.onComplete,
    on_budget: flags.onBudget,
    models: flags.model,
    tools: flags.tool,
    metadata: flags.metadata,
  };
  return { ...flags.body, message, ...givenOf(named) };
}

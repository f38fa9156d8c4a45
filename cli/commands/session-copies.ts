import { type Command, Option } from 'commander';
import type { ReplayRequest, Session } from '../../sdk/typescript/src/index.ts';
import type { Does } from '../call.ts';
import { describeTurnDiff } from '../follow/describe-diff.ts';
import type { Column } from '../output/table.ts';
import { type ListFlags, printList, withLimit } from './list-options.ts';
import { collected, countOption, givenOf, jsonObject, numberOption } from './option-values.ts';

interface ForkFlags {
  readonly fromTurn: number;
  readonly message?: string;
  readonly maxTurns?: number;
  readonly budgetCapUsd?: number;
  readonly model?: string[];
  readonly tool?: string[];
  readonly metadata?: Record<string, unknown>;
  readonly context?: Record<string, unknown>;
  readonly body?: Record<string, unknown>;
}

interface ReplayFlags {
  readonly fromTurn?: number;
  readonly context?: Record<string, unknown>;
  readonly policy?: Record<string, unknown>;
  readonly seed?: number;
  readonly model?: string[];
  readonly recordedModels?: true;
  readonly tools?: 'recorded' | 'recorded_or_read' | 'live';
  readonly onMissing?: 'stop' | 'error_result';
}

interface RewindFlags {
  readonly toTurn: number;
  readonly maxTurns?: number;
  readonly budgetCapUsd?: number;
  readonly model?: string[];
}

/** Adds what branches a session off, takes it back, plays it again, and compares it with another. */
export function addCopies(sessions: Command, does: Does, columns: readonly Column<Session>[]): void {
  sessions
    .command('fork')
    .description('start a session that begins with the turns of another one')
    .argument('<session>')
    .requiredOption('--from-turn <n>', 'the last turn that it takes over', countOption)
    .option('-m, --message <text>', 'what the agent is asked next')
    .option('--max-turns <n>', 'how many turns it may have', countOption)
    .option('--budget-cap-usd <usd>', 'the most that it may spend', numberOption)
    .option('--model <entry>', 'only these models (again for more)', collected)
    .option('--tool <glob>', 'only these tools (again for more)', collected)
    .option('--metadata <json>', 'an object that is kept with the session', jsonObject('--metadata'))
    .option(
      '--context <json>',
      'what it reads in place of its agent: {"soul": {"SOUL.md": "…"}}',
      jsonObject('--context'),
    )
    .option('--body <json>', 'other fields of the request', jsonObject('--body'))
    .action(
      does(async (call, session: string, flags: ForkFlags) => {
        const limits = { max_turns: flags.maxTurns, budget_cap_usd: flags.budgetCapUsd };
        const choices = { models: flags.model, tools: flags.tool, metadata: flags.metadata, context: flags.context };
        const given = givenOf({ message: flags.message, ...limits, ...choices });
        const body = { ...flags.body, from_turn: flags.fromTurn, ...given };
        await call.output.one(await call.client().sessions.fork(session, body));
        return undefined;
      }),
    );
  sessions
    .command('rewind')
    .description('take an idle or ended session back to the end of a turn, in place')
    .argument('<session>')
    .requiredOption('--to-turn <n>', 'the last turn that is kept', countOption)
    .option('--max-turns <n>', 'how many turns it may have', countOption)
    .option('--budget-cap-usd <usd>', 'the most that it may spend', numberOption)
    .option('--model <entry>', 'only these models from now on (again for more)', collected)
    .action(
      does(async (call, session: string, flags: RewindFlags) => {
        await call.confirm(`Take ${session} back to the end of turn ${flags.toTurn}? Effects of tools stay.`);
        const given = { max_turns: flags.maxTurns, budget_cap_usd: flags.budgetCapUsd, models: flags.model };
        const body = { to_turn: flags.toTurn, ...givenOf(given) };
        await call.output.one(await call.client().sessions.rewind(session, body));
        return undefined;
      }),
    );
  sessions
    .command('replay')
    .description('play an ended session again, with the recorded results of its tool calls')
    .argument('<session>')
    .option('--from-turn <n>', 'the first turn that is played again', countOption)
    .option('--model <entry>', 'only these models (again for more)', collected)
    .addOption(
      new Option('--recorded-models', 'the answers are the recorded ones, and nothing is paid').conflicts('model'),
    )
    .addOption(
      new Option('--tools <from>', 'where results come from').choices(['recorded', 'recorded_or_read', 'live']),
    )
    .addOption(
      new Option('--on-missing <what>', 'what follows a call without a result').choices(['stop', 'error_result']),
    )
    .option(
      '--context <json>',
      'what it reads in place of its agent: {"soul": {"SOUL.md": "…"}}',
      jsonObject('--context'),
    )
    .option(
      '--policy <json>',
      'policies to try: {"policies": [{"tool_name": "*", "allowed": false}]}',
      jsonObject('--policy'),
    )
    .option('--seed <n>', 'what the choices of models are drawn from', countOption)
    .action(
      does(async (call, session: string, flags: ReplayFlags) => {
        if (flags.tools === 'live') await call.confirm(`Play ${session} again, and make its tool calls again?`);
        const models = flags.recordedModels === true ? 'recorded' : flags.model;
        const { context, policy, seed } = flags;
        const given = givenOf({ models, tools: flags.tools, on_missing: flags.onMissing, context, policy, seed });
        // The service checks what the objects hold.
        const body = { ...given, ...givenOf({ from_turn: flags.fromTurn }) } as ReplayRequest;
        await call.output.one(await call.client().sessions.replay(session, body));
        return undefined;
      }),
    );
  withLimit(sessions.command('forks').description('the forks of a session').argument('<session>')).action(
    does(async (call, session: string, flags: ListFlags) =>
      printList(call, flags, (limit) => call.client().sessions.forks(session, { limit }), columns),
    ),
  );
  sessions
    .command('diff')
    .description('compare two sessions, turn by turn')
    .argument('<session>')
    .argument('<with>')
    .action(
      does(async (call, session: string, other: string) => {
        const stream = call.output.stream();
        for await (const turn of call.client().sessions.diff(session, { with: other })) {
          await stream.write(turn, () => describeTurnDiff(turn, call.output.paint));
        }
        await stream.end();
        return undefined;
      }),
    );
}

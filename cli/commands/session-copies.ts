import type { Command } from 'commander';
import type { Session } from '../../sdk/typescript/src/index.ts';
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
  readonly body?: Record<string, unknown>;
}

/** Adds what makes another session out of one, and compares the two. */
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
    .option('--body <json>', 'other fields of the request', jsonObject('--body'))
    .action(
      does(async (call, session: string, flags: ForkFlags) => {
        const limits = { max_turns: flags.maxTurns, budget_cap_usd: flags.budgetCapUsd };
        const choices = { models: flags.model, tools: flags.tool, metadata: flags.metadata };
        const given = givenOf({ message: flags.message, ...limits, ...choices });
        const body = { ...flags.body, from_turn: flags.fromTurn, ...given };
        await call.output.one(await call.client().sessions.fork(session, body));
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

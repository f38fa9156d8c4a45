import type { Command } from 'commander';
import type { Session } from '../../sdk/typescript/src/index.ts';
import type { Does } from '../call.ts';
import { timeOf, usd } from '../output/amounts.ts';
import { plainText } from '../output/plain-text.ts';
import type { Column } from '../output/table.ts';
import { addAllSessions } from './all-sessions.ts';
import { type ListFlags, printList, withLimit } from './list-options.ts';
import { collected, countOption, givenOf, jsonObject, numberOption } from './option-values.ts';
import { addCopies } from './session-copies.ts';
import { addFiles } from './session-files.ts';
import { type FilterFlags, filterOf, withFilter } from './session-filter.ts';
import { addTail } from './tail.ts';

const COLUMNS: readonly Column<Session>[] = [
  { header: 'ID', value: ({ id }) => id },
  { header: 'AGENT', value: ({ agent_id }) => agent_id },
  { header: 'STATUS', value: (session) => statusOf(session) },
  { header: 'TURNS', value: ({ turns, max_turns }) => `${turns}/${max_turns}`, right: true },
  { header: 'COST', value: ({ cost_usd }) => usd(cost_usd), right: true },
  { header: 'CREATED', value: ({ created_at }) => timeOf(created_at) },
  { header: 'ERROR', value: ({ error }) => error?.message ?? '' },
];

export function addSessions(program: Command, does: Does): void {
  const sessions = program.command('sessions').description('look at sessions, and steer them');
  addList(sessions, does);
  sessions
    .command('show')
    .description('everything that is known of a session')
    .argument('<session>')
    .action(
      does(async (call, session: string) => {
        await call.output.one(await call.client().sessions.get(session));
        return undefined;
      }),
    );
  sessions
    .command('turn')
    .description('where the time of a turn went')
    .argument('<session>')
    .argument('<turn>', 'turns count from 0', countOption)
    .action(
      does(async (call, session: string, turn: number) => {
        await call.output.one(await call.client().sessions.turn(session, turn));
        return undefined;
      }),
    );
  sessions
    .command('why')
    .description('why a session stands where it stands, and what would have it go on')
    .argument('<session>')
    .action(
      does(async (call, session: string) => {
        const why = await call.client().sessions.why(session);
        await call.output.one(why, plainText(why.sentence));
        return undefined;
      }),
    );
  addTail(sessions, does);
  addMessages(sessions, does);
  addVerbs(sessions, does);
  addAllSessions(sessions, does);
  addCopies(sessions, does, COLUMNS);
  addFiles(sessions, does);
}

function addList(sessions: Command, does: Does): void {
  withFilter(withLimit(sessions.command('list').description('sessions, newest first')))
    .option('--sort <field>', 'created_at, ended_at, last_event_at, cost_usd or turns')
    .option('--order <order>', 'desc or asc')
    .action(
      does(async (call, flags: ListFlags & FilterFlags & { sort?: string; order?: string }) => {
        const query = { ...filterOf(flags), ...givenOf({ sort: flags.sort, order: flags.order }) };
        return printList(call, flags, (limit) => call.client().sessions.list({ ...query, limit }), COLUMNS);
      }),
    );
  withFilter(sessions.command('count').description('how many sessions there are'))
    .option('--by <field>', 'for each value of a field, such as reason, error_code, agent_id or model')
    .action(
      does(async (call, flags: FilterFlags & { by?: string }) => {
        const counted = await call.client().sessions.count({ ...filterOf(flags), ...givenOf({ by: flags.by }) });
        if (counted.more_groups) call.say('there are more values than these');
        if (call.output.format !== 'table' || counted.groups === undefined) {
          await call.output.one(counted, String(counted.count));
          return undefined;
        }
        await call.output.many(counted.groups, [
          { header: 'COUNT', value: ({ count }) => count, right: true },
          { header: 'VALUE', value: ({ value }) => value },
        ]);
        return undefined;
      }),
    );
}

function addMessages(sessions: Command, does: Does): void {
  sessions
    .command('steer')
    .description('send a message to a session; it is read at the next turn')
    .argument('<session>')
    .argument('<message>')
    .option('--expected-turn <n>', 'refuse it unless the session is at this turn', countOption)
    .action(
      does(async (call, session: string, text: string, { expectedTurn }: { expectedTurn?: number }) => {
        const event = { type: 'user.message', text, ...givenOf({ expected_turn: expectedTurn }) } as const;
        await call.output.one(await call.client().sessions.sendEvent(session, event));
        return undefined;
      }),
    );
  sessions
    .command('interrupt')
    .description('end a session; what it has done so far is kept')
    .argument('<session>')
    .option('--expected-turn <n>', 'refuse it unless the session is at this turn', countOption)
    .action(
      does(async (call, session: string, { expectedTurn }: { expectedTurn?: number }) => {
        const event = { type: 'user.interrupt', ...givenOf({ expected_turn: expectedTurn }) } as const;
        await call.output.one(await call.client().sessions.sendEvent(session, event));
        return undefined;
      }),
    );
  withLimit(sessions.command('transcript').description('the messages of a session').argument('<session>')).action(
    does(async (call, session: string, flags: ListFlags) =>
      printList(call, flags, (limit) => call.client().sessions.transcript(session, { limit }), [
        { header: 'TURN', value: ({ turn_index }) => turn_index, right: true },
        { header: 'ROLE', value: ({ role }) => role },
        { header: 'TEXT', value: (message) => (message.role === 'tool' ? message.output : message.text) },
      ]),
    ),
  );
}

function addVerbs(sessions: Command, does: Does): void {
  const verbs = {
    pause: 'have a session pause at its next boundary',
    resume: 'have a paused session go on',
  } as const;
  for (const verb of ['pause', 'resume'] as const) {
    sessions
      .command(verb)
      .description(verbs[verb])
      .argument('<session>')
      .action(
        does(async (call, session: string) => {
          await call.output.one(await call.client().sessions[verb](session));
          return undefined;
        }),
      );
  }
  sessions
    .command('terminate')
    .description('end a session at once, whatever it does')
    .argument('<session>')
    .action(
      does(async (call, session: string) => {
        await call.confirm(`End ${session} at once?`);
        await call.output.one(await call.client().sessions.terminate(session));
        return undefined;
      }),
    );
  sessions
    .command('delete')
    .description('erase an ended session')
    .argument('<session>')
    .action(
      does(async (call, session: string) => {
        await call.confirm(`Erase ${session} with all that it holds?`);
        await call.output.one(await call.client().sessions.delete(session));
        return undefined;
      }),
    );
  addRetry(sessions, does);
  sessions
    .command('update')
    .description('change the cap, the turns or the metadata of a live session')
    .argument('<session>')
    .option('--budget-cap-usd <usd>', 'the most that it may spend', numberOption)
    .option('--max-turns <n>', 'how many turns it may have', countOption)
    .option('--metadata <json>', 'replaces the whole object', jsonObject('--metadata'))
    .action(
      does(async (call, session: string, flags: UpdateFlags) => {
        const body = { budget_cap_usd: flags.budgetCapUsd, max_turns: flags.maxTurns, metadata: flags.metadata };
        await call.output.one(await call.client().sessions.update(session, givenOf(body)));
        return undefined;
      }),
    );
}

interface UpdateFlags {
  readonly budgetCapUsd?: number;
  readonly maxTurns?: number;
  readonly metadata?: Record<string, unknown>;
}

function addRetry(sessions: Command, does: Does): void {
  sessions
    .command('retry')
    .description('have an ended session go on, as the same session')
    .argument('<session>')
    .option('--budget-cap-usd <usd>', 'the most that it may spend', numberOption)
    .option('--max-turns <n>', 'how many turns it may have', countOption)
    .option('--model <entry>', 'only these models from now on (again for more)', collected)
    .option('--from <what>', 'failed_stage, or last_turn to do the whole last turn again')
    .option('--accept-unknown-effects', 'go on although nobody knows whether some calls took effect')
    .action(
      does(async (call, session: string, flags: RetryFlags) => {
        const limits = { budget_cap_usd: flags.budgetCapUsd, max_turns: flags.maxTurns };
        const body = { from: flags.from, ...limits, models: flags.model };
        const effects = flags.acceptUnknownEffects ? ({ unknown_effects: 'accept' } as const) : {};
        await call.output.one(await call.client().sessions.retry(session, { ...givenOf(body), ...effects }));
        return undefined;
      }),
    );
}

interface RetryFlags {
  readonly from?: string;
  readonly budgetCapUsd?: number;
  readonly maxTurns?: number;
  readonly model?: string[];
  readonly acceptUnknownEffects?: boolean;
}

function statusOf({ status, idle_cause, end_reason }: Session): string {
  const why = idle_cause ?? end_reason;
  return why === undefined ? status : `${status}: ${why}`;
}

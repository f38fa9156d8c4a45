import { Argument, type Command, Option } from 'commander';
import type { BulkItem, BulkJob, BulkRequest } from '../../sdk/typescript/src/index.ts';
import type { Does } from '../call.ts';
import { usageError } from '../cli-error.ts';
import { EXIT } from '../exit-code.ts';
import { describePreview, describeProgress } from '../follow/describe-bulk.ts';
import { followBulkJob } from '../follow/follow-bulk-job.ts';
import { timeOf } from '../output/amounts.ts';
import type { Column } from '../output/table.ts';
import { type ListFlags, printList, withLimit } from './list-options.ts';
import { collected, countOption, givenOf, numberOption } from './option-values.ts';
import { type FilterFlags, filterOf, withFilter } from './session-filter.ts';

const ACTIONS = ['retry', 'terminate', 'interrupt', 'pause', 'resume', 'delete'] as const;
type Action = (typeof ACTIONS)[number];
const OUTCOMES = ['pending', 'done', 'refused', 'failed', 'not_done'];

const JOBS: readonly Column<BulkJob>[] = [
  { header: 'ID', value: ({ id }) => id },
  { header: 'ACTION', value: ({ action }) => action },
  { header: 'STATUS', value: ({ status }) => status },
  { header: 'CREATED', value: ({ created_at }) => timeOf(created_at) },
  { header: 'PROGRESS', value: describeProgress },
];

const ITEMS: readonly Column<BulkItem>[] = [
  { header: 'PLACE', value: ({ place }) => place, right: true },
  { header: 'SESSION', value: ({ session_id }) => session_id },
  { header: 'OUTCOME', value: ({ outcome }) => outcome },
  { header: 'CODE', value: ({ code }) => code },
  { header: 'MESSAGE', value: ({ message }) => message },
];

export function addBulk(program: Command, does: Does): void {
  const bulk = program.command('bulk').description('do one thing to all sessions that match, in a job');
  addStart(bulk, does);
  withLimit(bulk.command('list').description('jobs, newest first')).action(
    does(async (call, flags: ListFlags) =>
      printList(call, flags, (limit) => call.client().bulkJobs.list({ limit }), JOBS),
    ),
  );
  bulk
    .command('show')
    .description('a job, and how far it is')
    .argument('<job>')
    .action(
      does(async (call, job: string) => {
        await call.output.one(await call.client().bulkJobs.get(job));
        return undefined;
      }),
    );
  bulk
    .command('watch')
    .description('show how far a job is, until it has ended')
    .argument('<job>')
    .action(does(followBulkJob));
  withLimit(bulk.command('outcomes').description('what became of the sessions of a job').argument('<job>'))
    .addOption(new Option('--outcome <outcome>', 'only those of which this became').choices(OUTCOMES))
    .action(
      does(async (call, job: string, flags: ListFlags & { outcome?: string }) => {
        const query = givenOf({ outcome: flags.outcome });
        return printList(call, flags, (limit) => call.client().bulkJobs.listItems(job, { ...query, limit }), ITEMS);
      }),
    );
  bulk
    .command('cancel')
    .description('end a job at once; what it has done stays done')
    .argument('<job>')
    .action(
      does(async (call, job: string) => {
        await call.confirm(`Cancel ${job}? Sessions that it has not begun are left as they are.`);
        await call.output.one(await call.client().bulkJobs.cancel(job));
        return undefined;
      }),
    );
}

interface StartFlags {
  readonly rate?: number;
  readonly detach?: boolean;
  readonly retryFrom?: string;
  readonly retryModel?: string[];
  readonly retryMaxTurns?: number;
  readonly retryBudgetCapUsd?: number;
  readonly retryAcceptUnknownEffects?: boolean;
}

function addStart(bulk: Command, does: Does): void {
  withAction(bulk.command('dry-run').description('say what a job would do; nothing is changed')).action(
    does(async (call, action: Action, flags: FilterFlags & StartFlags) => {
      const preview = await call.client().bulkJobs.create({ ...requestOf(action, flags), dry_run: true });
      await call.output.one(preview, describePreview(preview));
      return undefined;
    }),
  );
  withAction(bulk.command('start').description('say what a job would do, ask, begin it and wait for its end'))
    .option('-d, --detach', 'do not wait; print the job')
    .action(
      does(async (call, action: Action, flags: FilterFlags & StartFlags) => {
        const request = requestOf(action, flags);
        const { bulkJobs } = call.client();
        const preview = await bulkJobs.create({ ...request, dry_run: true });
        call.say(describePreview(preview));
        if (preview.would_be_done === 0) {
          call.say('so no job is begun');
          if (call.output.format !== 'table') await call.output.one(preview);
          return preview.sessions === 0 ? EXIT.done : EXIT.endedBadly;
        }
        await call.confirm(`Begin this job (${action})?`);
        const job = await bulkJobs.create({ ...request, dry_run: false });
        if (flags.detach === true) {
          await call.output.one(job);
          return undefined;
        }
        call.say(`job ${job.id}`);
        return followBulkJob(call, job.id);
      }),
    );
}

function withAction(command: Command): Command {
  return withFilter(command.addArgument(new Argument('<action>', 'what is done').choices(ACTIONS)))
    .option('--rate <n>', 'the most sessions that are begun per second', numberOption)
    .option('--retry-from <what>', 'failed_stage, or last_turn to do the whole last turn again')
    .option('--retry-model <entry>', 'only these models from now on (again for more)', collected)
    .option('--retry-max-turns <n>', 'how many turns each may have', countOption)
    .option('--retry-budget-cap-usd <usd>', 'the most that each may spend', numberOption)
    .option('--retry-accept-unknown-effects', 'go on where nobody knows whether some calls took effect');
}

function requestOf(action: Action, flags: FilterFlags & StartFlags): BulkRequest {
  const filter = filterOf(flags);
  if (Object.keys(filter).length === 0) throw usageError('Say which sessions, with at least one filter.');
  const limits = { max_turns: flags.retryMaxTurns, budget_cap_usd: flags.retryBudgetCapUsd };
  const effects = flags.retryAcceptUnknownEffects === true ? ('accept' as const) : undefined;
  const retry = givenOf({ from: flags.retryFrom, models: flags.retryModel, ...limits, unknown_effects: effects });
  if (action !== 'retry' && Object.keys(retry).length > 0) throw usageError('The options --retry-… belong to "retry".');
  return { action, filter, ...givenOf({ rate: flags.rate }), ...(action === 'retry' ? { retry } : {}) };
}

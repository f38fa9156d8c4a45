import { Argument, type Command } from 'commander';
import type { AgentProfile } from '../../sdk/typescript/src/index.ts';
import type { Does } from '../call.ts';
import { timeOf, usdOrNone } from '../output/amounts.ts';
import type { Column } from '../output/table.ts';
import { endAll } from './all-sessions.ts';
import { type ListFlags, printList, withLimit } from './list-options.ts';
import { givenOf, jsonObject, numberOption } from './option-values.ts';

const COLUMNS: readonly Column<AgentProfile>[] = [
  { header: 'ID', value: ({ agentId }) => agentId },
  { header: 'STATE', value: ({ lifecycleState, pausedAt }) => (pausedAt === undefined ? lifecycleState : 'paused') },
  { header: 'DAILY', value: ({ budgetDailyUsd }) => usdOrNone(budgetDailyUsd), right: true },
  { header: 'DEPARTMENT', value: ({ department }) => department },
  { header: 'CREATED', value: ({ createdAt }) => timeOf(createdAt) },
  { header: 'NAME', value: ({ displayName }) => displayName },
];

interface AgentFlags {
  readonly displayName?: string;
  readonly department?: string;
  readonly budgetDailyUsd?: number;
  readonly body?: Record<string, unknown>;
}

export function addAgents(program: Command, does: Does): void {
  const agents = program.command('agents').description('agents, and all sessions of one');
  withLimit(agents.command('list').description('agents, newest first')).action(
    does(async (call, flags: ListFlags) =>
      printList(call, flags, (limit) => call.client().agentProfiles.list({ limit }), COLUMNS),
    ),
  );
  agents
    .command('show')
    .description('one agent')
    .argument('<agent>')
    .action(
      does(async (call, agent: string) => {
        await call.output.one(await call.client().agentProfiles.get(agent));
        return undefined;
      }),
    );
  withFields(agents.command('create').description('make an agent; the same request again changes nothing')).action(
    does(async (call, agent: string, flags: AgentFlags) => {
      const named = { display_name: flags.displayName, department: flags.department };
      const budget = { budget_daily_usd: flags.budgetDailyUsd };
      const body = { ...flags.body, agent_id: agent, ...givenOf({ ...named, ...budget }) };
      await call.output.one(await call.client().agent.bootstrap(body));
      return undefined;
    }),
  );
  addStates(agents, does);
  addSessionsOfAgent(agents, does);
}

function withFields(command: Command): Command {
  return command
    .argument('<agent>')
    .option('--display-name <name>', 'what people call it')
    .option('--department <name>', 'who pays for it')
    .option('--budget-daily-usd <usd>', 'the most that it may spend a day', numberOption)
    .option('--body <json>', 'other fields of the request', jsonObject('--body'));
}

const STATES = { activate: 'active', suspend: 'suspended', terminate: 'terminated' } as const;

function addStates(agents: Command, does: Does): void {
  agents
    .command('state')
    .description('activate, suspend or terminate an agent')
    .argument('<agent>')
    .addArgument(new Argument('<verb>').choices(Object.keys(STATES)))
    .action(
      does(async (call, agent: string, verb: keyof typeof STATES) => {
        if (verb === 'terminate') await call.confirm(`Terminate ${agent}?`);
        await call.output.one(await call.client().agentProfiles.transition(agent, { state: STATES[verb] }));
        return undefined;
      }),
    );
}

function addSessionsOfAgent(agents: Command, does: Does): void {
  for (const verb of ['pause', 'resume'] as const) {
    agents
      .command(verb)
      .description(`${verb} all sessions of an agent, also those that are started meanwhile`)
      .argument('<agent>')
      .action(
        does(async (call, agent: string) => {
          const { agentRuns } = call.client();
          await call.output.one(verb === 'pause' ? await agentRuns.pauseAll(agent) : await agentRuns.resumeAll(agent));
          return undefined;
        }),
      );
  }
  agents
    .command('terminate-sessions')
    .description('end all live sessions of an agent')
    .argument('<agent>')
    .action(
      does(async (call, agent: string) => {
        await call.confirm(`End all live sessions of ${agent}?`);
        const { agentRuns } = call.client();
        await call.output.one({ agent_id: agent, terminated: await endAll(() => agentRuns.terminateAll(agent)) });
        return undefined;
      }),
    );
}

import type { Command } from 'commander';
import type { Does } from '../call.ts';
import { usd, usdOrNone } from '../output/amounts.ts';
import { givenOf, numberOption } from './option-values.ts';

export function addBudgets(program: Command, does: Does): void {
  const budgets = program.command('budgets').description('what was spent, and what may be');
  budgets
    .command('show')
    .description('the money of each agent today')
    .action(
      does(async (call) => {
        const status = await call.client().budget.status();
        call.say(`${status.day}: ${usd(status.spent_today_usd)} spent, ${usd(status.reserved_usd)} reserved`);
        await call.output.many(status.agents, [
          { header: 'AGENT', value: ({ agent_id }) => agent_id },
          { header: 'SPENT', value: ({ spent_today_usd }) => usd(spent_today_usd), right: true },
          { header: 'RESERVED', value: ({ reserved_usd }) => usd(reserved_usd), right: true },
          { header: 'CAP', value: ({ daily_cap_usd }) => usdOrNone(daily_cap_usd), right: true },
          { header: 'REMAINING', value: ({ remaining_usd }) => usdOrNone(remaining_usd), right: true },
        ]);
        return undefined;
      }),
    );
  budgets
    .command('set')
    .description('the most that an agent may spend a day')
    .argument('<agent>')
    .argument('<usd>', 'an amount in US dollars, or "none"', (value) => (value === 'none' ? null : numberOption(value)))
    .action(
      does(async (call, agent_id: string, daily_usd: number | null) => {
        await call.output.one(await call.client().budget.setLimit({ agent_id, daily_usd }));
        return undefined;
      }),
    );
  budgets
    .command('usage')
    .description('what was used in a period')
    .option('--period <period>', 'such as day, week or month')
    .action(
      does(async (call, { period }: { period?: string }) => {
        await call.output.one(await call.client().usage.summary(givenOf({ period })));
        return undefined;
      }),
    );
}

import { z } from 'zod';
import { agentBudgetSchema } from '../../contract/agents.ts';
import { budgetStatusSchema, putBudgetLimitSchema } from '../../contract/budget.ts';
import { budgetStatus, putBudgetLimit } from '../../service/spending/budget.ts';
import { json, type Route, route } from '../route.ts';

const tag = 'Budget and usage';

export function budgetRoutes(): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/budget/status',
      operationId: 'budget.status',
      tag,
      scope: 'read',
      summary: 'Show what every agent has spent today and may still spend',
      responses: { 200: { description: 'The budgets of today (UTC).', schema: budgetStatusSchema } },
      handle: async ({ ctx }) => json(await budgetStatus({ ctx })),
    }),
    route({
      method: 'put',
      path: '/v1/budget/limits',
      operationId: 'budget.setLimit',
      tag,
      scope: 'admin',
      summary: 'Set the daily budget of an agent',
      body: putBudgetLimitSchema,
      bodyExamples: { limit: { agent_id: 'research-01', daily_usd: 10 } },
      responses: {
        200: { description: 'The budget now.', schema: agentBudgetSchema.extend({ agent_id: z.string() }) },
      },
      errors: ['agent_not_found'],
      handle: async ({ ctx, body }) => json(await putBudgetLimit({ ctx, input: { body: await body() } })),
    }),
  ];
}

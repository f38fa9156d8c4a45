import {
  usageByCostCenterSchema,
  usageByOwnerSchema,
  usageQuerySchema,
  usageSummarySchema,
} from '../../contract/budget.ts';
import { usageByCostCenter, usageByOwner, usageSummary } from '../../service/usage.ts';
import { json, type Route, route } from '../route.ts';

const tag = 'Budget and usage';

export function usageRoutes(): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/usage/summary',
      tag,
      summary: 'Spend and tokens of a period, by model',
      query: usageQuerySchema,
      responses: { 200: { description: 'The summary.', schema: usageSummarySchema } },
      handle: async ({ ctx, query }) => json(await usageSummary({ ctx, input: { query } })),
    }),
    route({
      method: 'get',
      path: '/v1/usage/by-cost-center',
      tag,
      summary: 'Spend of a period by department',
      query: usageQuerySchema,
      responses: { 200: { description: 'Spend by department.', schema: usageByCostCenterSchema } },
      handle: async ({ ctx, query }) => json(await usageByCostCenter({ ctx, input: { query } })),
    }),
    route({
      method: 'get',
      path: '/v1/usage/by-owner',
      tag,
      summary: 'Spend of a period by agent',
      query: usageQuerySchema,
      responses: { 200: { description: 'Spend by agent.', schema: usageByOwnerSchema } },
      handle: async ({ ctx, query }) => json(await usageByOwner({ ctx, input: { query } })),
    }),
  ];
}

import {
  usageByCostCenterSchema,
  usageByOwnerSchema,
  usageListQuerySchema,
  usageQuerySchema,
  usageSummarySchema,
} from '../../contract/budget.ts';
import { usageByCostCenter, usageByOwner, usageSummary } from '../../service/spending/usage.ts';
import { json, type Route, route } from '../route.ts';

const tag = 'Budget and usage';

export function usageRoutes(): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/usage/summary',
      operationId: 'usage.summary',
      tag,
      scope: 'read',
      summary: 'Sum up cost and tokens of a period, by model',
      query: usageQuerySchema,
      responses: { 200: { description: 'The summary.', schema: usageSummarySchema } },
      handle: async ({ ctx, query }) => json(await usageSummary({ ctx, input: { query } })),
    }),
    route({
      method: 'get',
      path: '/v1/usage/by-cost-center',
      operationId: 'usage.byCostCenter',
      tag,
      scope: 'read',
      summary: 'Sum up the cost of a period, by department',
      query: usageListQuerySchema,
      responses: { 200: { description: 'A page of departments.', schema: usageByCostCenterSchema } },
      errors: ['invalid_cursor'],
      handle: async ({ ctx, query }) => json(await usageByCostCenter({ ctx, input: { query } })),
    }),
    route({
      method: 'get',
      path: '/v1/usage/by-owner',
      operationId: 'usage.byOwner',
      tag,
      scope: 'read',
      summary: 'Sum up the cost of a period, by agent',
      query: usageListQuerySchema,
      responses: { 200: { description: 'A page of agents.', schema: usageByOwnerSchema } },
      errors: ['invalid_cursor'],
      handle: async ({ ctx, query }) => json(await usageByOwner({ ctx, input: { query } })),
    }),
  ];
}

import { auditListSchema } from '../../contract/audit.ts';
import { auditStatsSchema, governanceAuditQuerySchema, governanceSummarySchema } from '../../contract/governance.ts';
import { auditStats, listAuditTrail } from '../../service/governance/audit-trail.ts';
import { governanceSummary } from '../../service/governance/governance-summary.ts';
import { json, type Route, route } from '../route.ts';

const tag = 'Governance';

export function governanceRoutes(): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/governance/summary',
      operationId: 'governance.summary',
      tag,
      scope: 'read',
      summary: 'Sum up what governs the agents, and what waits for a person',
      responses: { 200: { description: 'The summary.', schema: governanceSummarySchema } },
      handle: async ({ ctx }) => json(await governanceSummary({ ctx })),
    }),
    route({
      method: 'get',
      path: '/v1/governance/audit',
      operationId: 'governance.audit',
      tag,
      scope: 'admin',
      summary: 'List every entry of the audit, newest first',
      query: governanceAuditQuerySchema,
      responses: { 200: { description: 'A page of audit entries.', schema: auditListSchema } },
      errors: ['invalid_cursor'],
      handle: async ({ ctx, query }) => json(await listAuditTrail({ ctx, input: { query } })),
    }),
    route({
      method: 'get',
      path: '/v1/governance/audit/stats',
      operationId: 'governance.auditStats',
      tag,
      scope: 'admin',
      summary: 'Count the entries of the audit of the last 30 days',
      responses: { 200: { description: 'The figures.', schema: auditStatsSchema } },
      handle: async ({ ctx }) => json(await auditStats({ ctx })),
    }),
  ];
}

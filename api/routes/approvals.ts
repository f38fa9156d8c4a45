import {
  approvalListQuerySchema,
  approvalPageSchema,
  approvalSchema,
  approveRequestSchema,
  denyRequestSchema,
} from '../../contract/approvals.ts';
import type { ErrorCode } from '../../contract/error.ts';
import { approve, deny, getApproval, listApprovals } from '../../service/approvals/approvals.ts';
import { json, type Route, route } from '../route.ts';

const tag = 'Tools';
const approval = (description: string) => ({ description, schema: approvalSchema });
const refusals = [
  'approval_not_found',
  'not_an_approval',
  'session_ended',
  'session_interrupted',
  'already_answered',
  'approval_expired',
  'policy_outranked',
] as const satisfies ErrorCode[];

export function approvalRoutes(): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/mcp/approvals',
      operationId: 'approvals.list',
      tag,
      scope: 'read',
      summary: 'List what waits for a person, and what did, newest first',
      query: approvalListQuerySchema,
      responses: { 200: { description: 'A page of approvals.', schema: approvalPageSchema } },
      errors: ['invalid_cursor'],
      handle: async ({ ctx, query }) => json(await listApprovals({ ctx, input: { query } })),
    }),
    route({
      method: 'get',
      path: '/v1/mcp/approvals/{approval_id}',
      operationId: 'approvals.get',
      tag,
      scope: 'read',
      summary: 'Read what waits for a person, or did',
      responses: { 200: approval('The approval.') },
      errors: ['approval_not_found'],
      handle: async ({ ctx, params }) => json(await getApproval({ ctx, input: { approvalId: params.approval_id } })),
    }),
    route({
      method: 'post',
      path: '/v1/mcp/approvals/{approval_id}/approve',
      operationId: 'approvals.approve',
      tag,
      scope: 'run',
      summary: 'Let a call be made that waits for approval',
      body: approveRequestSchema,
      bodyExamples: { call: {}, session: { scope: 'session' } },
      responses: { 200: approval('The approval, with its answer.') },
      errors: refusals,
      handle: async ({ ctx, params, body }) =>
        json(await approve({ ctx, input: { approvalId: params.approval_id, body: await body() } })),
    }),
    route({
      method: 'post',
      path: '/v1/mcp/approvals/{approval_id}/deny',
      operationId: 'approvals.deny',
      tag,
      scope: 'run',
      summary: 'Have a call not be made that waits for approval',
      body: denyRequestSchema,
      bodyExamples: { reason: { deny_message: 'Not before Monday.' } },
      responses: { 200: approval('The approval, with its answer.') },
      errors: refusals,
      handle: async ({ ctx, params, body }) =>
        json(await deny({ ctx, input: { approvalId: params.approval_id, body: await body() } })),
    }),
  ];
}

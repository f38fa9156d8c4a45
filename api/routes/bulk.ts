import {
  bulkItemPageSchema,
  bulkItemQuerySchema,
  bulkJobPageSchema,
  bulkJobSchema,
  bulkPreviewSchema,
  bulkRequestSchema,
} from '../../contract/bulk.ts';
import { pageQuerySchema } from '../../contract/fields.ts';
import { cancelJob, getJob, listJobItems, listJobs } from '../../service/bulk/bulk-jobs.ts';
import { startBulkJob } from '../../service/bulk/start-bulk-job.ts';
import { json, type Route, route } from '../route.ts';

const tag = 'Sessions';
const job = { description: 'The job.', schema: bulkJobSchema };

/** Routes that do one thing to many sessions. */
export function bulkRoutes(): Route[] {
  return [
    route({
      method: 'post',
      path: '/v1/sessions/bulk',
      operationId: 'bulkJobs.create',
      tag,
      scope: 'admin',
      summary:
        'Retry, end, interrupt, pause, resume or erase all sessions that match, in a job, or say what the job would do',
      body: bulkRequestSchema,
      bodyExamples: {
        look: { action: 'retry', filter: { reason: 'error' }, dry_run: true },
        retry: { action: 'retry', filter: { reason: 'error', created_after: '2026-01-01T00:00:00Z' }, rate: 20 },
      },
      responses: {
        200: { description: 'With `dry_run`: what the job would do.', schema: bulkPreviewSchema },
        202: { description: 'The job, which was begun.', schema: bulkJobSchema },
      },
      errors: ['limit_reached', 'quota_exceeded'],
      async handle({ ctx, body }) {
        const answer = await startBulkJob({ ctx, input: { body: await body() } });
        return json(answer, 'dry_run' in answer ? 200 : 202);
      },
    }),
    route({
      method: 'get',
      path: '/v1/sessions/bulk',
      operationId: 'bulkJobs.list',
      tag,
      scope: 'read',
      summary: 'List bulk jobs, newest first',
      query: pageQuerySchema,
      responses: { 200: { description: 'A page of jobs.', schema: bulkJobPageSchema } },
      errors: ['invalid_cursor'],
      handle: async ({ ctx, query }) => json(await listJobs({ ctx, input: { query } })),
    }),
    route({
      method: 'get',
      path: '/v1/sessions/bulk/{job_id}',
      operationId: 'bulkJobs.get',
      tag,
      scope: 'read',
      summary: 'Read a bulk job and how far it is',
      responses: { 200: job },
      errors: ['bulk_job_not_found'],
      handle: async ({ ctx, params }) => json(await getJob({ ctx, input: { jobId: params.job_id } })),
    }),
    route({
      method: 'get',
      path: '/v1/sessions/bulk/{job_id}/items',
      operationId: 'bulkJobs.listItems',
      tag,
      scope: 'read',
      summary: 'List the sessions of a bulk job and what became of each',
      query: bulkItemQuerySchema,
      responses: { 200: { description: 'A page of sessions, in the order of the job.', schema: bulkItemPageSchema } },
      errors: ['bulk_job_not_found', 'invalid_cursor'],
      handle: async ({ ctx, params, query }) =>
        json(await listJobItems({ ctx, input: { jobId: params.job_id, query } })),
    }),
    route({
      method: 'post',
      path: '/v1/sessions/bulk/{job_id}/cancel',
      operationId: 'bulkJobs.cancel',
      tag,
      scope: 'admin',
      summary: 'End a bulk job at once; what it has done stays done',
      responses: { 200: job },
      errors: ['bulk_job_not_found', 'bulk_job_ended'],
      handle: async ({ ctx, params }) => json(await cancelJob({ ctx, input: { jobId: params.job_id } })),
    }),
  ];
}

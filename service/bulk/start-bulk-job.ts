import { type BulkJobResource, type BulkPreview, bulkRequestSchema } from '../../contract/bulk.ts';
import { insertBulkItems } from '../../db/queries/bulk-item.ts';
import { countLiveBulkJobs, forgetBulkJobs, insertBulkJob, readBulkJob } from '../../db/queries/bulk-job.ts';
import { newId } from '../../processes/ids.ts';
import { readFilter } from '../sessions/session-filter.ts';
import { requireOneMore } from '../tenants/require-room.ts';
import { audit } from '../verb/audit.ts';
import { requireScope, type ServiceContext } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import type { Verb } from '../verb/verb.ts';
import { bulkJobResource, orNoSuchJob } from './bulk-resource.ts';
import { bulkPreview } from './preview-bulk.ts';

/** So many jobs of a tenant are kept, with the outcomes of their sessions. */
const KEPT_JOBS = 50;

/**
 * Makes a job of an action and the sessions that match now, or says what the job would do. From the commit on the job is carried
 * out, whatever becomes of this process: a watch of the workers would start its workflow otherwise (worker/bulk/bulk-watch.ts).
 * @throws ServiceError limit_reached, quota_exceeded
 */
export const startBulkJob: Verb<{ body: unknown }, BulkPreview | BulkJobResource> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const request = parseInput(bulkRequestSchema, input.body);
  if (request.dry_run) {
    return ctx.db.transaction(ctx.tenantId, async (tx) =>
      bulkPreview(tx, ctx, request, await readFilter(tx, request.filter)),
    );
  }
  const id = newId('bulk', ctx.nowMs());
  const job = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    const filter = await readFilter(tx, request.filter);
    requireOneMore(ctx, 'bulk_jobs', await countLiveBulkJobs(tx));
    forgetBulkJobs(tx, KEPT_JOBS - 1);
    const { estimate, sessions } = await bulkPreview(tx, ctx, request, filter);
    const { action, retry: options = {}, rate } = request;
    const { keyId: apiKeyId, requestId } = ctx;
    await insertBulkJob(tx, {
      id,
      action,
      filter: request.filter,
      options,
      rate,
      sessions,
      estimate,
      apiKeyId,
      requestId,
    });
    await insertBulkItems(tx, id, filter);
    await audit(tx, ctx, 'bulk_job.create', id, { action, filter: request.filter, options, rate, sessions });
    return orNoSuchJob(await readBulkJob(tx, id), id);
  });
  ctx.afterCommit(() => void startWorkflow(ctx, id));
  return bulkJobResource(job);
};

/** Tries to start the workflow. The answer does not wait for it. */
async function startWorkflow(ctx: ServiceContext, jobId: string): Promise<void> {
  try {
    await ctx.sessionWorkflows.startBulkJob({ tenantId: ctx.tenantId, jobId });
  } catch (error) {
    ctx.warn('The workflow of a bulk job could not be started at once; a worker will start it.', error);
  }
}

import type { ApiPromise } from '../http/api-promise.ts';
import type { RequestOptions } from '../http/request.ts';
import type { PagePromise } from '../paging/page-promise.ts';
import type { BulkItem, BulkJob, BulkJobsListItemsQuery, BulkPreview, BulkRequest, PageQuery } from '../types.ts';
import { path } from './path.ts';
import { Resource } from './resource.ts';

/** Jobs that do one thing to many sessions. */
export class BulkJobs extends Resource {
  /**
   * Retry, end, interrupt, pause, resume or erase all sessions that match, in a job. With `dry_run`, say what the job would do.
   * Needs a key with scope `admin`.
   * @throws RateLimitError `limit_reached`
   * @throws BadRequestError `quota_exceeded`
   */
  create(body: BulkRequest & { dry_run: true }, options?: RequestOptions): ApiPromise<BulkPreview>;
  create(body: BulkRequest & { dry_run?: false }, options?: RequestOptions): ApiPromise<BulkJob>;
  create(body: BulkRequest, options?: RequestOptions): ApiPromise<BulkPreview | BulkJob>;
  create(body: BulkRequest, options?: RequestOptions): ApiPromise<BulkPreview | BulkJob> {
    return this.client.request({ method: 'POST', path: '/v1/sessions/bulk', body, options });
  }

  /**
   * List jobs, newest first. Needs a key with scope `read`.
   */
  list(query?: PageQuery, options?: RequestOptions): PagePromise<BulkJob> {
    return this.client.getPage('/v1/sessions/bulk', query, options);
  }

  /**
   * Read a job and how far it is. Needs a key with scope `read`.
   * @throws NotFoundError `bulk_job_not_found`
   */
  get(jobId: string, options?: RequestOptions): ApiPromise<BulkJob> {
    return this.client.request({ method: 'GET', path: path`/v1/sessions/bulk/${jobId}`, options });
  }

  /**
   * List the sessions of a job and what became of each. Needs a key with scope `read`.
   * @throws NotFoundError `bulk_job_not_found`
   */
  listItems(jobId: string, query?: BulkJobsListItemsQuery, options?: RequestOptions): PagePromise<BulkItem> {
    return this.client.getPage(path`/v1/sessions/bulk/${jobId}/items`, query, options);
  }

  /**
   * End a job at once. What it has done stays done. Needs a key with scope `admin`.
   * @throws NotFoundError `bulk_job_not_found`
   * @throws ConflictError `bulk_job_ended`
   */
  cancel(jobId: string, options?: RequestOptions): ApiPromise<BulkJob> {
    return this.client.request({ method: 'POST', path: path`/v1/sessions/bulk/${jobId}/cancel`, options });
  }
}

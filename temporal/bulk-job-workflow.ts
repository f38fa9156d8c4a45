/** Sessions and bulk jobs are carried out by the same workers, from the same task queue. */
export const BULK_JOB_WORKFLOW_TYPE = 'bulkJob';

/** The argument of the workflow. What is to be done, and to which sessions, is in Postgres. */
export interface BulkJobInput {
  readonly tenantId: string;
  readonly jobId: string;
}

/** The loop of a job (workflows/bulk-job.ts), for those who start it by its name. */
export type BulkJobWorkflow = (input: BulkJobInput) => Promise<void>;

/** `more`: the job is to be taken on again, after `waitMs`. */
export type BulkStep = { readonly kind: 'more'; readonly waitMs: number } | { readonly kind: 'done' };

export interface BulkActivities {
  /** Takes the job on for some seconds. It may run twice, even at the same time: each session is changed once. */
  advanceBulkJob(job: BulkJobInput): Promise<BulkStep>;
}

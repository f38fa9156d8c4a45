import { z } from 'zod';

export const liveSchema = z.object({ status: z.literal('ok') });

export const readySchema = z.object({
  status: z
    .enum(['ok', 'degraded', 'unavailable'])
    .describe(
      '`degraded`: no worker polls the task queue. Requests are served, and sessions go on as soon as a worker is there. `unavailable`: Postgres or Temporal does not answer.',
    ),
  dependencies: z.object({
    postgres: z.boolean(),
    temporal: z.boolean(),
    workers: z
      .boolean()
      .optional()
      .describe(
        'True when a worker has polled the task queue within the last minute. Absent while Temporal does not answer: then nobody can say.',
      ),
  }),
});

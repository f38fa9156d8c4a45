import { z } from 'zod';

/** The answer to `POST /v1/sessions/pause` and `…/resume`. */
export const orderToAllSchema = z
  .object({
    paused_at: z.string().optional().describe('Since when all sessions are to pause. Absent: they are not.'),
    paused_by: z.string().optional().describe('The API key that wants that.'),
  })
  .meta({ id: 'OrderToAllSessions' });
export type OrderToAll = z.infer<typeof orderToAllSchema>;

/** The answer to `POST /v1/sessions/terminate`. */
export const allTerminatedSchema = z
  .object({
    terminated: z.int().describe('How many sessions this request has ended.'),
    more: z.boolean().describe('True when others still live: one request ends at most 500.'),
  })
  .meta({ id: 'AllTerminated' });
export type AllTerminated = z.infer<typeof allTerminatedSchema>;

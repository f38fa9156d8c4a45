import { z } from 'zod';

export const mcpServerHealthSchema = z
  .object({
    state: z
      .enum(['unknown', 'up', 'down'])
      .describe(
        'What came of the last attempt to reach it. `unknown`: there was none since it was registered or replaced.',
      ),
    why: z.string().optional().describe('How the last attempt failed.'),
    until: z.string().optional().describe('When it is tried again. Absent: at the next call.'),
  })
  .meta({ id: 'McpServerHealth' });
export type McpServerHealth = z.infer<typeof mcpServerHealthSchema>;

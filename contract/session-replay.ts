import { z } from 'zod';
import { modelsSchema } from './fields.ts';

const replayToolsSchema = z
  .enum(['recorded', 'recorded_or_read', 'live'])
  .describe(
    'Where results of tool calls come from. `recorded`: from the recording alone; no tool is called. `recorded_or_read`: a call without a recorded result is made if policy says that its tool only reads. `live`: all calls are made.',
  );

const onMissingSchema = z
  .enum(['stop', 'error_result'])
  .describe(
    'What follows a call that has no recorded result and is not made: the replay ends as `error` with the code `replay.no_recording`, or the call gets a result that says so.',
  );

/** The body of `POST …/replay`. */
export const replayRequestSchema = z
  .strictObject({
    from_turn: z.literal(0).default(0).describe('The turn with which it begins. Only the first one is possible.'),
    tools: replayToolsSchema.default('recorded'),
    on_missing: onMissingSchema.default('stop'),
    models: z
      .union([z.literal('recorded'), modelsSchema])
      .optional()
      .describe(
        'The models that may be chosen, or `recorded`: then the answers are the recorded ones, no provider is called and nothing is paid. Absent: the models that the session may choose from.',
      ),
  })
  .refine(({ models, tools }) => models !== 'recorded' || tools === 'recorded', {
    message: 'must be "recorded" if the answers of models are the recorded ones',
    path: ['tools'],
  })
  .meta({ id: 'ReplayRequest' });

/** The session that a session replays, and how. */
export const replayOfSchema = z.object({
  session_id: z.string(),
  from_turn: z.int(),
  tools: replayToolsSchema,
  on_missing: onMissingSchema,
  recorded_models: z
    .boolean()
    .describe(
      'True: the answers are the recorded ones, and nothing was paid. `cost_usd` is what they had cost when they were recorded.',
    ),
});

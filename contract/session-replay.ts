import { z } from 'zod';
import { argumentRulesSchema } from './argument-rules.ts';
import { modelsSchema } from './fields.ts';
import { toolEffectSchema } from './mcp.ts';
import { sessionContextSchema } from './session-context.ts';
import { taintSchema, toolPolicyRequestSchema, unknownToolsSchema } from './tool-policy.ts';

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

/** A policy that is tried is read whenever a stage locks the session. */
const MOST_POLICY_BYTES = 32 * 1024;

/** Policies for the calls of a replay, in the form in which a policy is put. They are of nobody else, and limit no rate. */
const triedPolicySchema = z
  .strictObject({
    policies: z
      .array(
        z.strictObject({
          tool_name: toolPolicyRequestSchema.shape.tool_name,
          allowed: z.boolean(),
          requires_approval: z.boolean().default(false),
          effect: toolEffectSchema.optional(),
          idempotent: z.boolean().optional(),
          argument_rules: argumentRulesSchema.optional(),
          allow_tainted: z.boolean().optional(),
        }),
      )
      .max(50),
    unknown_tools: unknownToolsSchema.optional().describe('Absent: what the tenant has set.'),
    taint: taintSchema.optional().describe('Absent: what the tenant has set.'),
  })
  .refine(
    (policy) => Buffer.byteLength(JSON.stringify(policy)) <= MOST_POLICY_BYTES,
    `must be at most ${MOST_POLICY_BYTES} bytes as JSON`,
  );
export type TriedPolicyRequest = z.infer<typeof triedPolicySchema>;

const seedSchema = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** The fields that change what a model is asked or what becomes of its calls. With recorded answers they would change nothing. */
const LIVE_ONLY = ['context', 'policy', 'seed'] as const;

/** The body of `POST …/replay`. */
export const replayRequestSchema = z
  .strictObject({
    from_turn: z
      .int()
      .min(0)
      .max(1_000_000)
      .default(0)
      .describe(
        'The first turn that is played again. It must be in the transcript; the replay begins with the turns before it.',
      ),
    tools: replayToolsSchema.default('recorded'),
    on_missing: onMissingSchema.default('stop'),
    models: z
      .union([z.literal('recorded'), modelsSchema])
      .optional()
      .describe(
        'The models that may be chosen, or `recorded`: then the answers are the recorded ones, no provider is called and nothing is paid. Absent: the models that the session may choose from.',
      ),
    context: sessionContextSchema
      .optional()
      .describe(
        'The documents that its turns read in place of those of the agent. A kind that is absent: those of the session. Null: those of the agent. Not with recorded answers.',
      ),
    policy: triedPolicySchema
      .optional()
      .describe(
        'The policies by which its calls are judged, in place of all that concern the agent. A call that they deny is denied; one that was denied when it was recorded, and is allowed now, has no recorded result. Only with `tools` `recorded`, and not with recorded answers.',
      ),
    seed: seedSchema
      .optional()
      .describe(
        'What the choices of models are drawn from: the same seed gives the same choices as long as routing has learned nothing in between. Not with recorded answers.',
      ),
  })
  .superRefine(({ models, tools, policy, ...given }, context) => {
    const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (models === 'recorded') {
      if (tools !== 'recorded') refuse('tools', 'must be "recorded" if the answers of models are the recorded ones');
      for (const field of LIVE_ONLY) {
        if ({ ...given, policy }[field] === undefined) continue;
        refuse(
          field,
          'cannot be given if the answers of models are the recorded ones, because they would stay as they are',
        );
      }
    }
    if (policy !== undefined && tools !== 'recorded') {
      refuse(
        'policy',
        'can only be tried with "tools": "recorded", because no call may be made that the agent is not allowed',
      );
    }
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
  seed: seedSchema.optional(),
  tried_policies: z
    .array(z.string())
    .optional()
    .describe('The tools, as globs, of the policies that are tried. Absent: those of the agent hold.'),
});

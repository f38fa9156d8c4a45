import { z } from 'zod';

/** The parts of a definition that may be allowed to change: the description, and what the input schema holds. */
const POINTER = /^\/(description|inputSchema)(\/|$)/;

export const acceptToolRequestSchema = z
  .strictObject({
    tool: z.string().min(1).max(1_000).describe('What its server calls it.'),
    hash: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be the `hash` of a definition: 64 hexadecimal digits')
      .describe('The definition that is accepted, as `quarantined` of the server shows it.'),
    may_change: z
      .array(z.string().max(500).regex(POINTER, 'must begin with /description or /inputSchema'))
      .max(20)
      .default([])
      .describe(
        'JSON Pointers to what changes at every listing, such as a clock in `/description`. Models go on seeing the accepted text.',
      ),
  })
  .meta({ id: 'AcceptMcpToolRequest' });

const differenceSchema = z.object({
  path: z.string().describe('A JSON Pointer into name, description and input schema as the server sends them.'),
  before: z.unknown().optional().describe('Absent: there was nothing.'),
  after: z.unknown().optional().describe('Absent: there is nothing any more.'),
});

export const quarantinedToolSchema = z
  .object({
    tool: z.string(),
    hash: z.string().describe('Of the definition that its server has now.'),
    pinned_hash: z.string(),
    since: z.string(),
    times: z.int().describe('How many other definitions were seen since. Many: it changes at every listing.'),
    differences: z.array(differenceSchema),
  })
  .meta({ id: 'QuarantinedMcpTool' });
export type QuarantinedToolResource = z.infer<typeof quarantinedToolSchema>;

import { z } from 'zod';
import { type BundledTool, bundledTool } from './bundled-tool.ts';
import { readBack } from './read-back.ts';
import { MAX_PAGE_BYTES, MIN_PAGE_BYTES, PAGE_BYTES } from './read-back-page.ts';

const turnSchema = z.int().min(0);
const idSchema = z.string().min(1).max(100);

const read = bundledTool({
  name: 'read',
  description:
    'Reads what this session holds and your prompt does not show: earlier turns, results and messages that were cut, the whole ' +
    'of long results. Give turn, or from_turn and to_turn, or call_id, or artifact_id. Each page says how to read on.',
  inputSchema: z.strictObject({
    turn: turnSchema.optional().describe('One turn. The first is 0.'),
    from_turn: turnSchema.optional().describe('The first of several turns.'),
    to_turn: turnSchema.optional().describe('The last of them.'),
    call_id: idSchema.optional().describe('A tool call, whose whole result is read.'),
    artifact_id: idSchema.optional().describe('The same by its artifact.'),
    offset: z.int().min(0).optional().describe('Byte to start at. With search: matches to pass over.'),
    limit: z.int().min(MIN_PAGE_BYTES).max(MAX_PAGE_BYTES).default(PAGE_BYTES).describe('Bytes of the page.'),
    search: z.string().min(1).max(500).optional().describe('Words. Shows only where all of them are found.'),
  }),
  effect: 'read',
  run: readBack,
});

/** The tools by which an agent reads its own session. */
export const sessionTools: readonly BundledTool[] = [read];

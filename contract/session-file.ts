import { z } from 'zod';

/**
 * The file into which a session is exported, as JSON Lines: one JSON object a line, told apart by `kind`. The first line is the
 * header, the last one the end. Another meaning of a line is another version.
 */
export const SESSION_FILE_FORMAT = 'agent-runs.session';
export const SESSION_FILE_VERSION = 1;
export const SESSION_FILE_TYPE = 'application/jsonl';

/** The kinds of lines between header and end, in the order in which a file has them. */
export const sessionFileKinds = [
  'session',
  'context',
  'image',
  'file',
  'turn',
  'decision',
  'attempt',
  'tool_call',
  'artifact',
  'summary',
  'message',
  'event',
] as const;
export type SessionFileKind = (typeof sessionFileKinds)[number];

/** Lines of these kinds are followed by their contents, in lines of the kind `part`. */
export const mediaKinds = ['image', 'file', 'artifact'] as const satisfies SessionFileKind[];
export type MediaFileKind = (typeof mediaKinds)[number];

/** The most bytes of content in one part. */
export const PART_BYTES = 256 * 1024;

export const sessionFileHeaderSchema = z.strictObject({
  kind: z.literal('header'),
  format: z.literal(SESSION_FILE_FORMAT),
  version: z.literal(SESSION_FILE_VERSION),
  session_id: z.string(),
  exported_at: z.iso.datetime(),
  /** The address of the installation that wrote the file, where it has one. */
  installation: z.string().max(2_000).optional(),
});

/** A file without this line is cut off. `sha256` is that of all lines before it, with their line breaks, in hexadecimal. */
export const sessionFileEndSchema = z.strictObject({
  kind: z.literal('end'),
  counts: z.record(z.string(), z.int().min(0)),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** The last line where the session could not be read to its end: it was changed or erased meanwhile, or the service failed. */
export const sessionFileFailedSchema = z.strictObject({
  kind: z.literal('failed'),
  code: z.string(),
  message: z.string(),
});

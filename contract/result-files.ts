import { z } from 'zod';

/** Types under which a file of a tool is given out. A file of any other type is given out as bytes: it may hold scripts. */
export const fileMediaTypeSchema = z.enum([
  'application/octet-stream',
  'application/pdf',
  'application/zip',
  'audio/aac',
  'audio/flac',
  'audio/mp4',
  'audio/mpeg',
  'audio/ogg',
  'audio/wav',
  'audio/webm',
  'video/mp4',
  'video/webm',
]);
export type FileMediaType = z.infer<typeof fileMediaTypeSchema>;

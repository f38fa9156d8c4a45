import { type FileMediaType, fileMediaTypeSchema } from '../../contract/result-files.ts';
import type { NewFile } from '../../domain/result-file.ts';
import { fileIdOf } from '../../processes/ids.ts';
import type { ResultPart } from './result-parts.ts';

/** The files of one result that are kept. */
const MOST_FILES = 8;
/** A message of a server has at most 8 MiB, and base64 takes a third more than the bytes. */
const MOST_BYTES = 6 * 1024 * 1024;

export interface ResultFiles {
  readonly files: readonly NewFile[];
  /** The line that stands at the place of each part. Undefined: the part is no file. */
  readonly lines: readonly (string | undefined)[];
}

/** The types that other names stand for. */
const SYNONYMS: Readonly<Record<string, FileMediaType>> = {
  'audio/mp3': 'audio/mpeg',
  'audio/x-wav': 'audio/wav',
  'audio/wave': 'audio/wav',
  'audio/x-flac': 'audio/flac',
  'audio/x-m4a': 'audio/mp4',
  'application/x-zip-compressed': 'application/zip',
};

/**
 * The files of a result that are kept: sounds, and other bytes that no model is shown. A line names each by the id under which
 * it can be read.
 * @param taken parts that have a line already
 * @param keeps false: they are only named
 */
export function resultFiles(
  parts: readonly ResultPart[],
  taken: readonly (string | undefined)[],
  keeps = true,
): ResultFiles {
  const files: NewFile[] = [];
  const lines = parts.map((part, index) => {
    if (part.kind !== 'binary' || taken[index] !== undefined) return undefined;
    const content = Buffer.from(part.data, 'base64');
    const what = `${part.what}${part.type === '' ? '' : ` ${part.type}`}, ${content.length} bytes`;
    if (content.length === 0) return `[${what}, left out: it is empty, or no base64]`;
    if (!keeps) return `[${what}]`;
    if (content.length > MOST_BYTES) return `[${what}, left out: a file may have at most ${MOST_BYTES} bytes]`;
    if (files.length === MOST_FILES) return `[${what}, left out: of a result at most ${MOST_FILES} files are kept]`;
    const file = { id: fileIdOf(content), mediaType: mediaTypeOf(part.type), content };
    files.push(file);
    return `[${what}, kept as ${file.id}]`;
  });
  return { files, lines };
}

function mediaTypeOf(type: string): FileMediaType {
  const bare = type.split(';')[0]?.trim().toLowerCase() ?? '';
  const known = fileMediaTypeSchema.safeParse(SYNONYMS[bare] ?? bare);
  return known.success ? known.data : 'application/octet-stream';
}

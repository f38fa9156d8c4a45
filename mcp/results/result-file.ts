import { inflateSync } from 'node:zlib';
import { type FileMediaType, fileMediaTypeSchema } from '../../contract/result-files.ts';
import type { DocumentFacts, SoundFacts } from '../../domain/media/media-ref.ts';
import { readDocument } from '../../domain/media/read-document.ts';
import { readSound } from '../../domain/media/read-sound.ts';
import type { NewFile } from '../../domain/result-file.ts';
import { fileIdOf } from '../../processes/ids.ts';

const inflate = (packed: Buffer, maxOutputLength: number) => inflateSync(packed, { maxOutputLength });

/** A message of a server has at most 8 MiB, and base64 takes a third more than the bytes. */
export const MOST_FILE_BYTES = 6 * 1024 * 1024;
/** A request has room for so much beside other files. */
const MOST_SHOWN_BYTES = 3_700_000;
/** Anthropic takes so many pages in a request to most of its models. */
const MOST_SHOWN_PAGES = 100;

/** A file of a result. With `facts`, a model may be shown it. */
export interface ReadFile {
  readonly file: NewFile;
  readonly facts: SoundFacts | DocumentFacts | undefined;
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
 * A sound or another file of a result. Its first bytes decide what it is, and only one whose cost has a bound is shown to models:
 * a sound whose duration is certain, and a document whose pages can be counted.
 * @param type as the server gives it
 */
export function readFile(content: Buffer, type: string): ReadFile {
  const facts = factsOf(content);
  const mediaType = facts?.mediaType ?? mediaTypeOf(type);
  return { file: { id: fileIdOf(content), mediaType, content }, facts };
}

function factsOf(content: Buffer): SoundFacts | DocumentFacts | undefined {
  if (content.length > MOST_SHOWN_BYTES) return undefined;
  const document = readDocument(content, inflate);
  if (document.kind === 'read') return document.facts.pages > MOST_SHOWN_PAGES ? undefined : document.facts;
  const sound = readSound(content);
  return sound.kind === 'read' ? sound.facts : undefined;
}

function mediaTypeOf(type: string): FileMediaType {
  const bare = type.split(';')[0]?.trim().toLowerCase() ?? '';
  const known = fileMediaTypeSchema.safeParse(SYNONYMS[bare] ?? bare);
  return known.success ? known.data : 'application/octet-stream';
}

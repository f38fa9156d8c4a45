import type { ImageFacts, ImageRef } from '../images/image-ref.ts';

/** The kinds of content that a model can be shown beside texts. */
export type MediaKind = 'image' | 'sound' | 'document';

/** The types of sounds whose duration their bytes tell for certain. */
export type SoundMediaType = 'audio/wav' | 'audio/mpeg';

export interface SoundFacts {
  readonly mediaType: SoundMediaType;
  readonly durationMs: number;
}

export interface DocumentFacts {
  readonly mediaType: 'application/pdf';
  readonly pages: number;
}

/** The facts by which a provider counts the tokens of an image, a sound or a document. */
export type MediaFacts = ImageFacts | SoundFacts | DocumentFacts;

/** A sound or a document that is stored with its session. Its bytes are in the table `result_file` and nowhere else. */
export type FileRef = (SoundFacts | DocumentFacts) & {
  /** It is made from the content, so a session keeps the same file once. */
  readonly id: string;
  readonly bytes: number;
};

export type MediaRef = ImageRef | FileRef;

/** Tells apart what is stored without its kind: rows of versions before hold images only. */
export function mediaKindOf(facts: { readonly width: number } | SoundLength | DocumentLength): MediaKind {
  if ('durationMs' in facts) return 'sound';
  return 'pages' in facts ? 'document' : 'image';
}

export type SoundLength = Pick<SoundFacts, 'durationMs'>;
export type DocumentLength = Pick<DocumentFacts, 'pages'>;

export function isImageRef(ref: MediaRef): ref is ImageRef {
  return mediaKindOf(ref) === 'image';
}

/** An image, a sound or a document in words, as it stands in the text of a result. @param number counts them from 1 */
export function describedMedia(facts: MediaFacts, number: number): string {
  return `${mediaKindOf(facts)} ${number}: ${facts.mediaType}, ${sizeInWords(facts)}`;
}

export function sizeInWords(facts: MediaFacts): string {
  if ('durationMs' in facts) return `${Math.ceil(facts.durationMs / 100) / 10} s`;
  if ('pages' in facts) return facts.pages === 1 ? '1 page' : `${facts.pages} pages`;
  return `${facts.width} × ${facts.height}`;
}

/**
 * The line that a model reads in place of an image, a sound or a document that it is not shown: because it takes none, because
 * its provider takes none at that place, or because the prompt has no room.
 * @param number counts those of a message or result from 1
 */
export function mediaStandIn(facts: MediaFacts, number: number): string {
  return `[${describedMedia(facts, number)}, not shown to this model]`;
}

/** A bound on a stand-in in a prompt: tokens by our count, and bytes in JSON with the line break before it. */
export const STAND_IN_SIZE = [40, 96] as const;

import type { FileMediaType } from '../contract/result-files.ts';

/** A sound or another file of a tool's result that is about to be stored with its session. */
export interface NewFile {
  /** It is made from the content, so a session keeps the same file once. */
  readonly id: string;
  readonly mediaType: FileMediaType;
  readonly content: Buffer;
}

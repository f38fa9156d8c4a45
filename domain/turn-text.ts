import type { ImageFacts } from './images/image-ref.ts';
import { type MediaFacts, mediaKindOf, sizeInWords } from './media/media-ref.ts';
import { readBackCall } from './reading-back.ts';
import { utf8Beginning } from './utf8-beginning.ts';

/** A turn of a session as its agent reads it back. */
export interface TurnToRead {
  readonly turn: number;
  readonly userMessages: readonly string[];
  /** Each with the index of its message. Null: there are none. */
  readonly messageImages: readonly (ImageFacts & { readonly message: number })[] | null;
  /** Null: the model has not answered yet. */
  readonly text: string | null;
  readonly calls: readonly {
    /** The id that the model knows the call by. */
    readonly id: string;
    readonly name: string;
    readonly args: Record<string, unknown>;
    /** The result, or at least its first `RESULT_EXCERPT_BYTES`. Null: there is none yet. */
    readonly output: string | null;
    readonly isError: boolean;
    /** The UTF-8 bytes of the whole result. */
    readonly outputBytes: number;
    readonly images: readonly MediaFacts[] | null;
  }[];
}

/** The most bytes of a result that its turn shows. The whole result is read by the id of its call. */
export const RESULT_EXCERPT_BYTES = 1_000;

/**
 * A turn as text: messages, answer, calls with their arguments, then the beginnings of the results. All but the results is whole,
 * so that an offset in what stands before them never changes.
 */
export function turnText(turn: TurnToRead): string {
  return `${turnWords(turn)}${turn.calls.map(resultText).join('')}`;
}

/** A turn without the results of its calls: the beginning of `turnText`. */
export function turnWords({ turn, userMessages, messageImages, text, calls }: TurnToRead): string {
  return [
    heading(turn),
    ...userMessages.map(messageText),
    ...(messageImages ?? []).map((image) => `${mediaText(image, `of message ${image.message + 1}`)}\n`),
    text === null || text === '' ? '' : `You: ${text}\n\n`,
    ...calls.map(({ id, name, args }) => `You called ${name} ${JSON.stringify(args)} as ${id}\n\n`),
  ].join('');
}

/** The byte of `turnText` at which a message of the user begins. */
export function messageOffset(turn: number, userMessages: readonly string[], index: number): number {
  const before = [heading(turn), ...userMessages.slice(0, index).map(messageText), USER];
  return before.reduce((bytes, text) => bytes + Buffer.byteLength(text), 0);
}

const USER = 'User: ';

function heading(turn: number): string {
  return `--- Turn ${turn} ---\n`;
}

function messageText(message: string): string {
  return `${USER}${message}\n\n`;
}

function mediaText(facts: MediaFacts, where: string): string {
  const kind = mediaKindOf(facts);
  const what = `${kind === 'image' ? 'An' : 'A'} ${kind}`;
  return `[${what} ${where}: ${facts.mediaType}, ${sizeInWords(facts)}. It can't be read back.]\n`;
}

function resultText({ id, name, output, isError, outputBytes, images }: TurnToRead['calls'][number]): string {
  if (output === null) return `The call ${id} of ${name} has no result yet.\n\n`;
  const shown = utf8Beginning(output, RESULT_EXCERPT_BYTES);
  const bytes = Buffer.byteLength(shown);
  const more =
    bytes < outputBytes ? `\n[${outputBytes - bytes} bytes more: ${readBackCall({ call_id: id, offset: bytes })}]` : '';
  const media = (images ?? []).map((each) => mediaText(each, 'in it')).join('');
  return `${isError ? 'Error' : 'Result'} of ${id} (${name}): ${shown}${more}\n${media}\n`;
}

import type { ImageRef } from '../../domain/images/image-ref.ts';
import { STAND_IN_SIZE } from '../../domain/media/media-ref.ts';
import { readBackCall } from '../../domain/reading-back.ts';
import { CUT_LENGTHS, cutText, type Size, shownCut } from '../../domain/text-cut.ts';
import { countTokens } from '../../domain/tokens.ts';
import type { CuttableSize } from '../../domain/transcript-window.ts';
import { messageOffset } from '../../domain/turn-text.ts';
import { messageBytesBound } from '../../models/request-bound.ts';

/** A message of a user as a turn reads it. */
export interface UserMessage {
  readonly text: string;
  readonly images?: readonly ImageRef[] | undefined;
}

/** What a model counts for a message beside its text. */
const MESSAGE_TOKENS = 8;

/**
 * The size of the user messages of a turn, whole and cut to each level. Each image counts as the line that may stand in its
 * place.
 */
export function messagesSize(turn: number, messages: readonly UserMessage[]): CuttableSize {
  const texts = textsSize(
    turn,
    messages.map(({ text }) => text),
  );
  const images = messages.reduce((sum, message) => sum + (message.images?.length ?? 0), 0);
  if (images === 0) return texts;
  const standIns: Size = [images * STAND_IN_SIZE[0], images * STAND_IN_SIZE[1]];
  return {
    whole: sumOf([texts.whole, standIns]),
    levels: texts.levels?.map((size) => sumOf([size, standIns])) ?? null,
  };
}

function textsSize(turn: number, messages: readonly string[]): CuttableSize {
  const wholes = messages.map(sizeOfMessage);
  const cuttable = wholes.some(([tokens]) => tokens > CUT_LENGTHS[0]);
  if (!cuttable) return { whole: sumOf(wholes), levels: null };
  const levels = CUT_LENGTHS.map((length, level) =>
    sumOf(
      messages.map((_, index) => {
        const whole = wholes[index] ?? [0, 0];
        return whole[0] <= length ? whole : sizeOfMessage(cutMessage(turn, messages, index, level, true, whole[0]));
      }),
    ),
  );
  return { whole: sumOf(wholes), levels };
}

/**
 * The messages of a turn as a prompt shows them that has no room for all of them. A version before counted them with a shorter
 * note: they keep that note, because their prompts have no more room reserved.
 * @param readable true when the agent has the tool that reads on
 * @param maxBytes what the messages were counted to take at this level
 */
export function cutMessages(
  turn: number,
  messages: readonly string[],
  level: number,
  { readable, maxBytes }: { readable: boolean; maxBytes: number },
): string[] {
  const shown = (withCall: boolean) => messages.map((_, index) => cutMessage(turn, messages, index, level, withCall));
  const withCalls = readable ? shown(true) : undefined;
  const fits = withCalls !== undefined && withCalls.reduce((sum, text) => sum + bytesOf(text), 0) <= maxBytes;
  return fits ? withCalls : shown(false);
}

function cutMessage(
  turn: number,
  messages: readonly string[],
  index: number,
  level: number,
  readable: boolean,
  tokens = sizeOfMessage(messages[index] ?? '')[0],
): string {
  const text = messages[index] ?? '';
  const cut = tokens > (CUT_LENGTHS[level] ?? tokens) ? cutText(text, level) : undefined;
  if (cut === undefined) return text;
  const offset = messageOffset(turn, messages, index) + Buffer.byteLength(cut.head);
  return shownCut(cut, `this message (turn ${turn})`, readable ? readBackCall({ turn, offset }) : undefined);
}

function sizeOfMessage(text: string): Size {
  return [countTokens(text) + MESSAGE_TOKENS, bytesOf(text)];
}

function bytesOf(text: string): number {
  return messageBytesBound({ role: 'user', text });
}

function sumOf(sizes: readonly Size[]): Size {
  return [sizes.reduce((sum, [tokens]) => sum + tokens, 0), sizes.reduce((sum, [, bytes]) => sum + bytes, 0)];
}

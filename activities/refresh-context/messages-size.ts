import { CUT_LENGTHS, cutText, type Size, shownCut } from '../../domain/text-cut.ts';
import { countTokens } from '../../domain/tokens.ts';
import type { CuttableSize } from '../../domain/transcript-window.ts';
import { messageBytesBound } from '../../models/request-bound.ts';

/** What a model counts for a message beside its text. */
const MESSAGE_TOKENS = 8;

/** The size of the user messages of a turn, whole and cut to each level. */
export function messagesSize(turn: number, messages: readonly string[]): CuttableSize {
  const wholes = messages.map(sizeOfMessage);
  const cuttable = wholes.some(([tokens]) => tokens > CUT_LENGTHS[0]);
  if (!cuttable) return { whole: sumOf(wholes), levels: null };
  const levels = CUT_LENGTHS.map((length, level) =>
    sumOf(
      messages.map((text, index) => {
        const whole = wholes[index] ?? [0, 0];
        return whole[0] <= length ? whole : sizeOfMessage(cutMessage(text, level, turn, whole[0]));
      }),
    ),
  );
  return { whole: sumOf(wholes), levels };
}

/** A message as a prompt shows it that has no room for all of it. */
export function cutMessage(text: string, level: number, turn: number, tokens = sizeOfMessage(text)[0]): string {
  const cut = tokens > (CUT_LENGTHS[level] ?? tokens) ? cutText(text, level) : undefined;
  return cut === undefined ? text : shownCut(cut, `this message (turn ${turn})`);
}

function sizeOfMessage(text: string): Size {
  return [countTokens(text) + MESSAGE_TOKENS, messageBytesBound({ role: 'user', text })];
}

function sumOf(sizes: readonly Size[]): Size {
  return [sizes.reduce((sum, [tokens]) => sum + tokens, 0), sizes.reduce((sum, [, bytes]) => sum + bytes, 0)];
}

import type { MessageDelta } from '../contract/message-delta.ts';
import type { DeltaPosition, DeltaRead } from '../db/queries/text-delta.ts';

/** The answer that a model is writing in a session, as far as this process has read it. */
export interface AnswerUnderWay extends DeltaPosition {
  readonly afterSeq: number;
  readonly provider: string;
  readonly model: string;
  readonly text: string;
}

/** The text that a follower was shown last: that of `attempt` up to `offset`, when its last event was `seq`. */
export interface ShownText {
  readonly seq: number;
  readonly attempt: number;
  readonly offset: number;
}

/** Adds a read to what is known; it began where `known` ended. Undefined once the answer is stored or given up. */
export function afterRead(known: AnswerUnderWay | undefined, read: DeltaRead | undefined): AnswerUnderWay | undefined {
  if (read === undefined) return undefined;
  const isKnown = known !== undefined && known.turn === read.turn && known.attempt === read.attempt;
  const { turn, attempt, pieceStart, afterSeq, provider, model } = read;
  const text = `${isKnown ? known.text.slice(0, read.start) : ''}${read.text}`;
  return { turn, attempt, pieceStart, afterSeq, provider, model, text };
}

/**
 * Says what a follower is shown next. Undefined: it has all the text. A later attempt is announced even without text.
 */
export function nextDelta(answer: AnswerUnderWay, shown: ShownText): MessageDelta | undefined {
  const isKnown = isOf(shown, answer);
  const offset = isKnown ? shown.offset : 0;
  const text = answer.text.slice(offset);
  const restarts = !isKnown && answer.attempt > 1;
  return text === '' && !restarts ? undefined : deltaOf(answer, offset, text, restarts);
}

/**
 * The end of a message that is stored now, as far as no delta has shown it: with it the deltas make up the whole text.
 * Undefined when they do so already, when the follower was shown none, and when the stored text is another one.
 */
export function restOfMessage(
  answer: AnswerUnderWay,
  shown: ShownText,
  message: { readonly turnIndex: number; readonly text: string },
): MessageDelta | undefined {
  const { offset } = shown;
  if (!isOf(shown, answer) || answer.turn !== message.turnIndex || offset === 0) return undefined;
  if (offset > answer.text.length || !message.text.startsWith(answer.text.slice(0, offset))) return undefined;
  const text = message.text.slice(offset);
  return text === '' ? undefined : deltaOf(answer, offset, text, false);
}

/** The log grows between turns: text that was shown before `afterSeq` is of an earlier turn, whatever its attempt. */
function isOf(shown: ShownText, answer: AnswerUnderWay): boolean {
  return shown.seq >= answer.afterSeq && shown.attempt === answer.attempt;
}

function deltaOf(answer: AnswerUnderWay, offset: number, text: string, restarts: boolean): MessageDelta {
  const { turn, attempt, model, provider } = answer;
  return {
    type: 'agent.message_delta',
    data: { turnIndex: turn, attempt, offset, text, model, provider, ...(restarts ? { restart: true } : {}) },
  };
}

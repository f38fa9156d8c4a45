import type { MessageDelta } from '../contract/message-delta.ts';
import type { DeltaPosition, DeltaRead } from '../db/queries/text-delta.ts';

/** The answer that a model writes in a session, as far as this process has read it. */
export interface AnswerUnderWay extends DeltaPosition {
  readonly afterSeq: number;
  readonly provider: string;
  readonly model: string;
  readonly text: string;
}

/** What a follower was shown last: the text of an attempt up to `offset`, while `seq` was the last event it had. */
export interface ShownText {
  readonly seq: number;
  readonly attempt: number;
  readonly offset: number;
}

/** What is known after a read from where `known` ended; nothing once the answer is stored or given up. */
export function afterRead(known: AnswerUnderWay | undefined, read: DeltaRead | undefined): AnswerUnderWay | undefined {
  if (read === undefined) return undefined;
  const isKnown = known !== undefined && known.turn === read.turn && known.attempt === read.attempt;
  const { turn, attempt, pieceStart, afterSeq, provider, model } = read;
  const text = `${isKnown ? known.text.slice(0, read.start) : ''}${read.text}`;
  return { turn, attempt, pieceStart, afterSeq, provider, model, text };
}

/** What a follower is shown next; undefined when it has it all. A later attempt announces itself, with text or without. */
export function nextDelta(answer: AnswerUnderWay, shown: ShownText): MessageDelta | undefined {
  const isKnown = isOf(shown, answer);
  const offset = isKnown ? shown.offset : 0;
  const text = answer.text.slice(offset);
  const restarts = !isKnown && answer.attempt > 1;
  return text === '' && !restarts ? undefined : deltaOf(answer, offset, text, restarts);
}

/**
 * What a message that is stored now holds beyond the deltas a follower was shown of it: with it they are the whole text.
 * Undefined where they are, where there were none, and where another text took their place.
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

/** Between two turns the log grows, so a text shown before `afterSeq` is of another one, whatever its attempt. */
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

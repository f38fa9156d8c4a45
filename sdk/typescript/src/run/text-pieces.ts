import type { RunEvent } from '../events/run-event.ts';
import type { AgentMessageData, AgentMessageDeltaData } from '../types.ts';

/** A piece of the text that an agent writes. */
export interface TextPiece {
  readonly text: string;
  /** The turn that writes it. Turns count from 0. */
  readonly turnIndex: number;
  /** True when the text of this turn begins anew: drop what was shown of it before this piece. */
  readonly restarted: boolean;
}

/**
 * Makes pieces of text of events. The pieces of a turn, joined, are the text of its message, however many attempts wrote it
 * and whatever was missed of them.
 */
export function createTextPieces(): (event: RunEvent) => TextPiece | undefined {
  /** What was shown of the turn: its text from `start` on. */
  let turn = { index: -1, attempt: 0, start: 0, text: '' };

  function fromDelta({ turnIndex, attempt, offset, text }: AgentMessageDeltaData) {
    // Whoever attached in the middle of a text has what is before it.
    if (turnIndex !== turn.index) turn = { index: turnIndex, attempt, start: offset, text: '' };
    const end = turn.start + turn.text.length;
    const restarted = attempt !== turn.attempt && end > 0;
    // What is missing in between comes with the message.
    if (!restarted && offset !== end) return undefined;
    turn = restarted ? { index: turnIndex, attempt, start: 0, text } : { ...turn, attempt, text: turn.text + text };
    return text === '' && !restarted ? undefined : { text, turnIndex, restarted };
  }

  function fromMessage({ turnIndex, text }: AgentMessageData) {
    const { start, text: shown } = turnIndex === turn.index ? turn : { start: 0, text: '' };
    const restarted = !text.startsWith(shown, start);
    const rest = restarted ? text : text.slice(start + shown.length);
    turn = { index: turnIndex, attempt: turn.attempt, start: 0, text };
    return rest === '' && !restarted ? undefined : { text: rest, turnIndex, restarted };
  }

  return (event) => {
    if (event.type === 'agent.message_delta') return fromDelta(event.data);
    return event.type === 'agent.message' ? fromMessage(event.data) : undefined;
  };
}

/** True for the events that text is made of. */
export function isText({ type }: RunEvent): boolean {
  return type === 'agent.message' || type === 'agent.message_delta';
}

/** The pieces of the text in `events`. Leaving them leaves the events. */
export function textPieces(
  events: AsyncIterableIterator<RunEvent, undefined>,
): AsyncIterableIterator<TextPiece, undefined> {
  const pieceOf = createTextPieces();
  return {
    async next() {
      for (;;) {
        const { done, value } = await events.next();
        if (done === true) return { done, value };
        const piece = pieceOf(value);
        if (piece !== undefined) return { done: false, value: piece };
      }
    },
    async return() {
      await events.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/**
 * Joins pieces to the whole text. What a later attempt of a turn replaced is left out. The texts of turns are separated by an
 * empty line.
 */
export async function joinText(pieces: AsyncIterable<TextPiece>): Promise<string> {
  const turns = new Map<number, string>();
  for await (const { turnIndex, text, restarted } of pieces) {
    turns.set(turnIndex, (restarted ? '' : (turns.get(turnIndex) ?? '')) + text);
  }
  return [...turns.values()].filter((text) => text !== '').join('\n\n');
}

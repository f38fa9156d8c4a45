import type { AnswerDraft } from './answer-draft.ts';
import { callsInText } from './calls-in-text.ts';
import { marksOfText, type TextMark } from './mark-table.ts';

/** An answer that begins like this may be a call and nothing else. */
const BARE_CALL = /^\s*(?:```(?:json)?\s*)?[[{]\s*(?:\{\s*)?"(?:name|function|type|tool|arguments|parameters)"/;
const BARE_CALL_BEGINNING =
  /^\s*(?:`{0,3}|```(?:j|js|jso|json)?\s*(?:[[{]\s*(?:\{\s*)?(?:"[a-z]*)?)?|[[{]\s*(?:\{\s*)?(?:"[a-z]*)?)$/;

const PIECE_CHARACTERS = 2_048;
/** Longer white space before the name of a call is text. */
const LONGEST_BEGINNING = 256;

export interface TextMarks {
  readonly add: (delta: string) => void;
  /** The answer has ended: what was held back is either a call or text. */
  readonly close: () => void;
}

/**
 * Keeps what local models write between marks out of the text of an answer: their thoughts, and tool calls that their
 * server did not recognise. Text that may yet become a mark is held back until it can't.
 */
export function createTextMarks(draft: AnswerDraft, offered: ReadonlySet<string>): TextMarks {
  const marks = marksOfText(offered.size > 0);
  let held = '';
  let thinkingUntil: string | undefined;
  /** True: the next text is a call, or will turn out to be text. */
  let inCall = false;
  /** The state of the text that was written: there is none, it is blank, or it has a visible character. */
  let written: 'nothing' | 'blank' | 'text' = 'nothing';
  let atLineStart = true;

  function add(delta: string): void {
    // Each step looks through all that is held.
    for (let at = 0; at < delta.length; at += PIECE_CHARACTERS) addPiece(delta.slice(at, at + PIECE_CHARACTERS));
  }

  function addPiece(piece: string): void {
    held += piece;
    draft.hasBegun = true;
    while (held !== '' && !inCall && step()) {
      // Each step takes something away or decides something.
    }
  }

  /** @returns false when more text is needed */
  function step(): boolean {
    if (thinkingUntil !== undefined) return think(thinkingUntil);
    if (offered.size > 0 && written !== 'text') {
      if (BARE_CALL.test(held)) {
        inCall = true;
        return false;
      }
      if (held.length <= LONGEST_BEGINNING && held.trim() !== '' && BARE_CALL_BEGINNING.test(held)) return false;
    }
    const mark = firstMark();
    if (mark === undefined) {
      const keep = Math.max(...marks.map(({ begin }) => beginningOf(begin, held)));
      take(held.length - keep, write);
      return false;
    }
    take(mark.at, write);
    switch (mark.is) {
      case 'call':
        inCall = true;
        return false;
      case 'noise':
        take(mark.begin.length);
        return held !== '';
      case 'thought':
        if (atLineStart) thinkingUntil = mark.end;
        take(mark.begin.length, thinkingUntil === undefined ? write : undefined);
        return true;
      case 'end-of-thought':
        return endThought(mark.begin);
    }
  }

  /** The thought began in the prompt, so all text so far belongs to it. It has been shown; the message will be without it. */
  function endThought(mark: string): boolean {
    if (!atLineStart && held === mark) return false;
    if (!atLineStart && !held.startsWith('\n', mark.length)) {
      take(mark.length, write);
      return true;
    }
    draft.makeTextReasoning();
    written = 'nothing';
    atLineStart = true;
    held = held.slice(mark.length).replace(/^\s+/, '');
    return held !== '';
  }

  /** Takes the beginning of what is held. */
  function take(length: number, use?: (text: string) => void): void {
    const text = held.slice(0, length);
    held = held.slice(length);
    use?.(text);
  }

  function firstMark(): (TextMark & { readonly at: number }) | undefined {
    return marks
      .map((mark) => ({ ...mark, at: held.indexOf(mark.begin) }))
      .filter(({ at }) => at !== -1)
      .sort((left, right) => left.at - right.at)[0];
  }

  function think(end: string): boolean {
    const at = held.indexOf(end);
    const thought = at === -1 ? held.slice(0, held.length - beginningOf(end, held)) : held.slice(0, at);
    draft.addReasoning(thought, { inText: true });
    if (at === -1) {
      held = held.slice(thought.length);
      return false;
    }
    held = held.slice(at + end.length).replace(/^\s+/, '');
    thinkingUntil = undefined;
    return held !== '';
  }

  function write(text: string): void {
    // Line breaks between a thought and the answer belong to neither.
    const visible = written === 'nothing' && draft.reasoningCharacters > 0 ? text.trimStart() : text;
    if (visible === '') return;
    const { length } = visible.trimEnd();
    if (length > 0) written = 'text';
    else if (written === 'nothing') written = 'blank';
    atLineStart = visible.includes('\n', length) || (length === 0 && atLineStart);
    draft.addText(visible);
  }

  return {
    add,
    close() {
      if (thinkingUntil !== undefined) {
        draft.addReasoning(held, { inText: true });
        return;
      }
      const found = draft.calls.length === 0 ? callsInText(held, offered) : undefined;
      if (found === undefined) write(held);
      for (const { name, rawArgs } of found ?? []) draft.addArgs(draft.addCall(name), rawArgs);
    },
  };
}

/** The length of the longest beginning of the mark that the text ends with. */
function beginningOf(mark: string, text: string): number {
  for (let length = Math.min(mark.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(mark.slice(0, length))) return length;
  }
  return 0;
}

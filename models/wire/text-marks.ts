import type { AnswerDraft } from './answer-draft.ts';
import { callsInText } from './calls-in-text.ts';

/** Marks between which models write what they think. They count at the beginning of an answer or of a line only. */
const THOUGHTS: readonly (readonly [begin: string, end: string])[] = [
  ['<think>', '</think>'],
  ['<thinking>', '</thinking>'],
  ['<thought>', '</thought>'],
  ['<reasoning>', '</reasoning>'],
  ['[THINK]', '[/THINK]'],
  ['◁think▷', '◁/think▷'],
];

/** What a tool call that is written as text may begin with. All that follows it is held back until the end. */
const CALL_MARKS = [
  '<tool_call>',
  '<|tool_call|>',
  '<function=',
  '<function_call>',
  '[TOOL_CALLS]',
  '<|python_tag|>',
  '<｜tool▁calls▁begin｜>',
];

/** An answer that begins like this may be a call and nothing else. */
const BARE_CALL = /^\s*(?:```(?:json)?\s*)?[[{]\s*(?:\{\s*)?"(?:name|function|type|tool|arguments|parameters)"/;
const BARE_CALL_BEGINNING =
  /^\s*(?:`{0,3}|```(?:j|js|jso|json)?\s*(?:[[{]\s*(?:\{\s*)?(?:"[a-z]*)?)?|[[{]\s*(?:\{\s*)?(?:"[a-z]*)?)$/;

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
  let held = '';
  let thinkingUntil: string | undefined;
  /** What follows is a call, or will turn out to be text. */
  let inCall = false;
  let written = '';

  function add(delta: string): void {
    held += delta;
    if (held !== '') draft.hasBegun = true;
    while (held !== '' && !inCall && step()) {
      // Each step takes something away or decides something.
    }
  }

  /** @returns false when more text is needed */
  function step(): boolean {
    if (thinkingUntil !== undefined) return think(thinkingUntil);
    if (offered.size > 0 && written.trim() === '') {
      if (BARE_CALL.test(held)) {
        inCall = true;
        return false;
      }
      if (held.trim() !== '' && BARE_CALL_BEGINNING.test(held)) return false;
    }
    const mark = firstMark(held, offered.size > 0);
    if (mark === undefined) {
      const keep = unfinishedMark(held, offered.size > 0);
      write(held.slice(0, held.length - keep));
      held = held.slice(held.length - keep);
      return false;
    }
    write(held.slice(0, mark.at));
    held = held.slice(mark.at);
    if (mark.end === undefined) {
      inCall = true;
      return false;
    }
    if (!/(?:^|\n)\s*$/.test(written)) {
      write(held.slice(0, mark.begin.length));
      held = held.slice(mark.begin.length);
      return true;
    }
    held = held.slice(mark.begin.length);
    thinkingUntil = mark.end;
    return true;
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
    const visible = written === '' && draft.reasoningCharacters > 0 ? text.replace(/^\s+/, '') : text;
    written += visible;
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

interface Mark {
  readonly at: number;
  readonly begin: string;
  /** Undefined: it begins a call. */
  readonly end: string | undefined;
}

function firstMark(text: string, withCalls: boolean): Mark | undefined {
  const marks: Mark[] = THOUGHTS.map(([begin, end]) => ({ at: text.indexOf(begin), begin, end }));
  if (withCalls) for (const begin of CALL_MARKS) marks.push({ at: text.indexOf(begin), begin, end: undefined });
  return marks.filter(({ at }) => at !== -1).sort((left, right) => left.at - right.at)[0];
}

/** How many characters at the end of the text may be the beginning of a mark. */
function unfinishedMark(text: string, withCalls: boolean): number {
  const begins = [...THOUGHTS.map(([begin]) => begin), ...(withCalls ? CALL_MARKS : [])];
  return Math.max(...begins.map((begin) => beginningOf(begin, text)));
}

/** The length of the longest beginning of the mark that the text ends with. */
function beginningOf(mark: string, text: string): number {
  for (let length = Math.min(mark.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(mark.slice(0, length))) return length;
  }
  return 0;
}

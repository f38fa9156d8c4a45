import type { RunEvent, RunEventOf } from './run-event.ts';

/**
 * Tells events that were delivered already from new ones, and cuts from a text delta what was delivered of its text.
 * An event has the id `<seq>`, a text delta `<seq>.<attempt>.<end of its text>`, and a summary `<seq>.0.<number>`. Numbers
 * are compared as digits, because a `seq` has no bound that a JavaScript number keeps.
 */
export interface EventOrder {
  /** The event, if it is new. @returns undefined when it was delivered before */
  accept(event: RunEvent): RunEvent | undefined;
}

type Place = readonly [seq: string, first: string, second: string];

/** @param after the id of the last event that was delivered; undefined: none was */
export function createEventOrder(after: string | undefined): EventOrder {
  let seq = '';
  let summary: Place | undefined;
  let text: { readonly turnIndex: number; readonly attempt: number; readonly end: number } | undefined;
  let unordered: string | undefined;

  function remember(id: string): boolean {
    const place = placeOf(id);
    if (place === undefined) {
      const isNew = id !== unordered;
      unordered = id;
      return isNew;
    }
    if (place.length === 1) {
      if (compareNumbers(place[0], seq) <= 0) return false;
      seq = place[0];
      return true;
    }
    // The text of an answer and the summaries stand behind an event, and not behind each other.
    if (place[1] !== '0') return compareNumbers(place[0], seq) >= 0;
    if (summary !== undefined && comparePlaces(place, summary) <= 0) return false;
    summary = place;
    return compareNumbers(place[0], seq) >= 0;
  }

  function rest(delta: RunEventOf<'agent.message_delta'>): RunEvent | undefined {
    const { turnIndex, attempt, offset, text: words, restart } = delta.data;
    const end = offset + words.length;
    const shown = text;
    const isLater =
      shown === undefined || turnIndex > shown.turnIndex || (turnIndex === shown.turnIndex && attempt > shown.attempt);
    if (!isLater && (turnIndex < shown.turnIndex || attempt < shown.attempt)) return undefined;
    if (!isLater && end <= shown.end) return undefined;
    text = { turnIndex, attempt, end };
    if (isLater || offset >= shown.end || restart === true) return delta;
    return { ...delta, data: { ...delta.data, offset: shown.end, text: words.slice(shown.end - offset) } };
  }

  if (after !== undefined) {
    const place = placeOf(after);
    // Only the server knows the turn of the text before a cursor. It sends the text behind the cursor.
    if (place !== undefined) seq = place[0];
    if (place?.length === 3 && place[1] === '0') summary = place;
  }

  return {
    accept(event) {
      if (event.id !== '' && !remember(event.id)) return undefined;
      return event.type === 'agent.message_delta' ? rest(event) : event;
    },
  };
}

function placeOf(id: string): readonly [seq: string] | Place | undefined {
  const parts = /^(\d+)(?:\.(\d+)\.(\d+))?$/.exec(id);
  if (parts === null) return undefined;
  const [, seq = '', first, second] = parts;
  return first === undefined || second === undefined ? [digits(seq)] : [digits(seq), digits(first), digits(second)];
}

function digits(number: string): string {
  return number.replace(/^0+(?=\d)/, '');
}

function comparePlaces(one: Place, other: Place): number {
  return compareNumbers(one[0], other[0]) || compareNumbers(one[1], other[1]) || compareNumbers(one[2], other[2]);
}

/** Compares whole numbers that are written without leading zeros. */
function compareNumbers(one: string, other: string): number {
  if (one.length !== other.length) return one.length - other.length;
  return one < other ? -1 : one > other ? 1 : 0;
}

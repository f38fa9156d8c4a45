import type { SimulatedRequest } from '../conversation.ts';
import { wordsOf } from './task.ts';

/** The service asks for a summary of a session in one message, which begins like this. */
const REQUEST = 'Write a summary of the session below';
/** A model writes no more than it is asked for. */
const MOST_CHARACTERS = 7_500;
const LONGEST_SENTENCE = 400;

/** Words of decisions, of what is open and of outcomes. */
const WEIGHTY =
  /\b(decided|decision|agreed|chose|because|must|should|open|pending|todo|next|deadline|due|owner|failed|error|fixed|done|remember|important|budget|never|always)\b/i;
const NUMBER = /\d/;
/** A capital inside of a sentence, a path, an id, a link: something with a name. */
const NAMED = /(?<=[a-z,;:] )[A-Z][a-z]+|[\w-]+[/.][\w-]+|\b[A-Z]{2,}[-_]?\d*|https?:/;

interface Sentence {
  readonly text: string;
  readonly index: number;
  readonly score: number;
}

export function isSummaryRequest(request: SimulatedRequest): boolean {
  return requestOf(request) !== undefined;
}

/**
 * A summary of a session that is made of its own sentences: those that say most, as many as fit, in their order. What the
 * user wrote comes first, then decisions, what is open, names and numbers. A sentence that was said before is left out.
 */
export function summaryOf(request: SimulatedRequest): string {
  const record = requestOf(request) ?? '';
  const most = Math.min(MOST_CHARACTERS, 3 * (request.maxOutputTokens ?? MOST_CHARACTERS));
  const known = new Set<string>();
  const sentences = sentencesOf(record).filter(({ text }) => {
    const key = wordsOf(text).join(' ');
    if (key === '' || known.has(key)) return false;
    known.add(key);
    return true;
  });
  const chosen: Sentence[] = [];
  let length = 0;
  for (const sentence of [...sentences].sort((a, b) => b.score - a.score || b.index - a.index)) {
    if (length + sentence.text.length + 3 > most) continue;
    chosen.push(sentence);
    length += sentence.text.length + 3;
  }
  return chosen
    .sort((a, b) => a.index - b.index)
    .map(({ text }) => `- ${text}`)
    .join('\n');
}

function requestOf({ items }: SimulatedRequest): string | undefined {
  const last = items.findLast((item) => item.kind === 'user');
  return last?.kind === 'user' && last.text.startsWith(REQUEST) ? last.text : undefined;
}

/** The sentences of the record, without the instruction before it. */
function sentencesOf(request: string): Sentence[] {
  const begin = request.search(/^<(summary_so_far|turn )/m);
  let speaker = '';
  let index = 0;
  return (begin === -1 ? '' : request.slice(begin)).split('\n').flatMap((line) => {
    if (/^<.*>$/.test(line)) {
      if (line === '<summary_so_far>') speaker = 'Summary';
      return [];
    }
    const said = /^(User|Agent|Tool)(?= |:)/.exec(line)?.[1];
    speaker = said ?? speaker;
    return line
      .replace(/^- /, '')
      .split(/(?<=[.!?])\s+/)
      .map((text) => ({
        text: text.slice(0, LONGEST_SENTENCE).trim(),
        index: index++,
        score: scoreOf(text, speaker),
      }));
  });
}

function scoreOf(text: string, speaker: string): number {
  return (
    (speaker === 'User' ? 3 : speaker === 'Summary' ? 2 : 0) +
    (WEIGHTY.test(text) ? 3 : 0) +
    (NUMBER.test(text) ? 2 : 0) +
    (NAMED.test(text) ? 2 : 0)
  );
}

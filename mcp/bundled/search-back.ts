import type { CallToolResult } from '@modelcontextprotocol/client';
import type { Tx } from '../../db/database.ts';
import {
  placesWithWords,
  readResultSlice,
  type SearchPlace,
  searchSpan,
  turnsToRead,
} from '../../db/queries/session-reading.ts';
import { type ReadBackArgs, readBackCall } from '../../domain/reading-back.ts';
import { findWords, queryWords } from '../../domain/text-find.ts';
import { turnWords } from '../../domain/turn-text.ts';
import { wireToolCallId } from '../../processes/tool-call-id.ts';
import { mistake } from './bundled-tool.ts';
import { pageOf, withWireIds } from './read-back-page.ts';
import type { ReadBackTarget } from './read-back-target.ts';
import { NO_WORD } from './search-input.ts';

/** Postgres searches so much for one word in about a third of a second, and a tool has four seconds. */
const SEARCHED_BYTES = 12 * 1_024 * 1_024;
/** Each word is one more search of the same texts, so only the longest ones choose them. All words are looked for in these. */
const CHOOSING_WORDS = 2;
/** More than a turn has. */
const SEARCHED_TEXTS = 200;
/** So much of each result is searched when the search is over turns. */
const RESULT_BYTES = 64 * 1_024;
/** A result that is searched alone is searched whole: no more than this is kept of any. */
const WHOLE_RESULT_BYTES = 64 * 1_024 * 1_024;

type Args = ReadBackArgs & { readonly limit: number; readonly search: string };

interface Match {
  readonly where: string;
  readonly excerpt: string;
  readonly at: ReadBackArgs;
}

/** Shows the places at which all of the words are found, each with the call that reads on from there. */
export async function searchBack(
  tx: Tx,
  sessionId: string,
  target: ReadBackTarget,
  { limit, ...args }: Args,
): Promise<CallToolResult> {
  const { search, offset: skipped = 0 } = args;
  const words = queryWords(search);
  if (words.length === 0) return mistake(NO_WORD);
  const { places, through, longResults } = await placesOf(tx, sessionId, target, words);
  const lines: string[] = [];
  let passed = 0;
  let bytes = 0;
  for (const place of places) {
    for (const { where, excerpt, at } of await matchesAt(tx, sessionId, place, words)) {
      passed += 1;
      if (passed <= skipped) continue;
      const line = `${where}: …${excerpt}… [${readBackCall(at)}]`;
      bytes += Buffer.byteLength(line) + 1;
      if (bytes > limit && lines.length > 0) {
        return pageOf(whereOf(target, through, words), lines.join('\n'), { ...args, offset: skipped + lines.length });
      }
      lines.push(line);
    }
  }
  if (lines.length === 0)
    lines.push(
      skipped > 0 ? 'There are no more matches.' : 'Nothing has all of these words. Try fewer words, or others.',
    );
  if (longResults > 0) {
    lines.push(
      `[Of ${longResults} long results only the first 64 KiB were searched. With call_id and search, one is searched whole.]`,
    );
  }
  const next =
    target.kind === 'turns' && through < target.to ? { from_turn: through + 1, to_turn: target.to, search } : undefined;
  return pageOf(whereOf(target, through, words), lines.join('\n'), next);
}

function whereOf(target: ReadBackTarget, through: number, words: readonly string[]): string {
  const what =
    target.kind === 'turns' ? `turns ${target.from} to ${through}` : `the result of ${wireToolCallId(target.callId)}`;
  return `matches of ${words.join(' ')} in ${what}`;
}

interface Places {
  readonly places: readonly (SearchPlace & { readonly maxBytes: number })[];
  /** The last turn that is searched. */
  readonly through: number;
  readonly longResults: number;
}

async function placesOf(tx: Tx, sessionId: string, target: ReadBackTarget, words: readonly string[]): Promise<Places> {
  if (target.kind === 'result') {
    const place = { turn: 0, callId: target.callId, maxBytes: WHOLE_RESULT_BYTES };
    return { places: [place], through: 0, longResults: 0 };
  }
  const { from, to } = target;
  const { through, longResults } = await searchSpan(tx, sessionId, { from, to, maxBytes: SEARCHED_BYTES });
  const choosing = [...words].sort((a, b) => b.length - a.length).slice(0, CHOOSING_WORDS);
  const found = await placesWithWords(tx, sessionId, { from, to: through, words: choosing, limit: SEARCHED_TEXTS });
  const places = found.map((place) => ({ ...place, maxBytes: RESULT_BYTES }));
  const last = found.at(-1);
  if (last === undefined || found.length < SEARCHED_TEXTS) return { places, through, longResults };
  // The last turn may have more of them, so it is left to the next search.
  return { places: places.filter(({ turn }) => turn < last.turn), through: last.turn - 1, longResults };
}

async function matchesAt(
  tx: Tx,
  sessionId: string,
  { turn, callId, maxBytes }: Places['places'][number],
  words: readonly string[],
): Promise<Match[]> {
  if (callId === null) {
    const [row] = await turnsToRead(tx, sessionId, { from: turn, to: turn, limit: 1, excerpt: 0 });
    if (row === undefined) return [];
    return findWords(turnWords(withWireIds(row)), words).map(({ offset, excerpt }) => ({
      where: `turn ${turn}`,
      excerpt,
      at: { turn, offset },
    }));
  }
  const result = await readResultSlice(tx, sessionId, callId, { from: 0, length: maxBytes });
  if (result === undefined) return [];
  const id = wireToolCallId(callId);
  return findWords(result.slice.toString(), words).map(({ offset, excerpt }) => ({
    where: `result of ${id} (${result.toolName}, turn ${result.turn})`,
    excerpt,
    at: { call_id: id, offset },
  }));
}

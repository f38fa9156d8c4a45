import type { CallToolResult } from '@modelcontextprotocol/client';
import type { Tx } from '../../db/database.ts';
import { readResultSlice, turnsToRead } from '../../db/queries/session-reading.ts';
import type { ReadBackArgs } from '../../domain/reading-back.ts';
import { RESULT_EXCERPT_BYTES, turnText } from '../../domain/turn-text.ts';
import { MAX_CHARACTER_BYTES, utf8Page } from '../../domain/utf8-page.ts';
import { wireToolCallId } from '../../processes/tool-call-id.ts';
import { mistake, type ToolScope, textResult } from './bundled-tool.ts';
import { pageOf, withWireIds } from './read-back-page.ts';
import { type ReadBackTarget, readBackTarget } from './read-back-target.ts';
import { searchBack } from './search-back.ts';

/** The most turns of one page. */
const PAGE_TURNS = 50;

type Args = ReadBackArgs & { readonly limit: number };

/** Reads turns, or one result, of the session that calls, a page at a time. */
export async function readBack(tx: Tx, { sessionId }: ToolScope, args: Args): Promise<CallToolResult> {
  const target = await readBackTarget(tx, sessionId, args);
  if ('problem' in target) return mistake(target.problem);
  if (args.search !== undefined) return searchBack(tx, sessionId, target, { ...args, search: args.search });
  return target.kind === 'turns' ? readTurns(tx, sessionId, target, args) : readResult(tx, sessionId, target, args);
}

async function readTurns(
  tx: Tx,
  sessionId: string,
  { from, to, last }: Extract<ReadBackTarget, { kind: 'turns' }>,
  { turn, offset = 0, limit }: Args,
): Promise<CallToolResult> {
  const rows = await turnsToRead(tx, sessionId, { from, to, limit: PAGE_TURNS, excerpt: RESULT_EXCERPT_BYTES });
  const [first, ...others] = rows.map((row) => ({ turn: row.turn, encoded: Buffer.from(turnText(withWireIds(row))) }));
  if (first === undefined) return mistake(`There is no turn ${from}: this session has the turns 0 to ${last}.`);
  if (offset >= first.encoded.length) return tooFar(`Turn ${first.turn}`, first.encoded.length);
  const page = utf8Page(first.encoded, offset, limit);
  if (page.to < first.encoded.length) {
    const where = `bytes ${page.from} to ${page.to} of ${first.encoded.length} of turn ${first.turn}`;
    const range = turn === undefined ? { from_turn: first.turn, to_turn: to } : { turn };
    return pageOf(where, page.text, { ...range, offset: page.to });
  }
  const texts = [page.text];
  let bytes = page.to - page.from;
  let end = first.turn;
  for (const { turn: next, encoded } of others) {
    bytes += encoded.length;
    if (bytes > limit) break;
    texts.push(encoded.toString('utf8'));
    end = next;
  }
  const where = end === first.turn ? `turn ${end}` : `turns ${first.turn} to ${end}`;
  return pageOf(`${where} of 0 to ${last}`, texts.join(''), end < to ? { from_turn: end + 1, to_turn: to } : undefined);
}

async function readResult(
  tx: Tx,
  sessionId: string,
  { callId }: Extract<ReadBackTarget, { kind: 'result' }>,
  { offset = 0, limit }: Args,
): Promise<CallToolResult> {
  // A little more is read at both ends, so that each can be moved to the beginning of a character.
  const from = Math.max(0, offset - MAX_CHARACTER_BYTES);
  const length = limit + 2 * MAX_CHARACTER_BYTES;
  const result = await readResultSlice(tx, sessionId, callId, { from, length });
  if (result === undefined) throw new TypeError(`The call ${callId} was found and is gone.`);
  const { bytes, turn, toolName, slice } = result;
  const id = wireToolCallId(callId);
  if (bytes === null) return mistake(`The call ${id} of ${toolName} has no result yet.`);
  if (bytes === 0) return textResult(`[The result of ${id} (${toolName}, turn ${turn}) is empty.]`);
  if (offset >= bytes) return tooFar(`The result of ${id}`, bytes);
  const page = utf8Page(slice, offset, limit, from);
  const where = `bytes ${page.from} to ${page.to} of ${bytes} of the result of ${id} (${toolName}, turn ${turn})`;
  return pageOf(where, page.text, page.to < bytes ? { call_id: id, offset: page.to } : undefined);
}

function tooFar(what: string, bytes: number): CallToolResult {
  return mistake(`${what} has ${bytes} bytes. Give a smaller offset.`);
}

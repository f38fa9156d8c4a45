import { pageQuerySchema } from '../../contract/fields.ts';
import type { Transcript, TranscriptEntry, TranscriptSummary } from '../../contract/runs.ts';
import { type SummaryView, summariesThrough } from '../../db/queries/session-summary.ts';
import { readTranscriptView, type TranscriptView } from '../../db/queries/session-transcript.ts';
import type { ImageRef } from '../../domain/images/image-ref.ts';
import { isImageRef } from '../../domain/media/media-ref.ts';
import { requireScope } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import type { Verb } from '../verb/verb.ts';
import { findSessionLog, type SessionRef } from './find-session.ts';
import { turnOfCursor } from './turn-cursor.ts';

/**
 * Reads the conversation of a session, a page of turns at a time, oldest first.
 * @throws ServiceError session_not_found, invalid_cursor
 */
export const readTranscript: Verb<SessionRef & { query: unknown }, Transcript> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const { limit, cursor } = parseInput(pageQuerySchema, input.query);
  const firstTurn = turnOfCursor(cursor, 'the transcript');
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    await findSessionLog(tx, input);
    const turns = await readTranscriptView(tx, input.sessionId, firstTurn, limit + 1);
    const page = turns.slice(0, limit);
    const lastTurn = page.at(-1)?.turn ?? firstTurn;
    const summaries = await summariesThrough(tx, input.sessionId, { firstTurn, lastTurn });
    return {
      data: page.flatMap(entriesOf),
      summaries: summaries.map(summaryOf),
      next_cursor: (turns[0]?.found ?? 0) > page.length ? String(lastTurn + 1) : null,
    };
  });
};

function summaryOf({ throughTurn, text, model, provider, createdAt }: SummaryView): TranscriptSummary {
  return { from_turn: 0, to_turn: throughTurn, text, model, provider, created_at: createdAt.toISOString() };
}

function entriesOf(turn: TranscriptView): TranscriptEntry[] {
  const entries: TranscriptEntry[] = turn.userMessages.map((text, index) => ({
    role: 'user',
    turn_index: turn.turn,
    text,
    images: references(turn.messageImages?.filter(({ message }) => message === index)),
  }));
  if (turn.answer !== null) {
    entries.push({
      role: 'assistant',
      turn_index: turn.turn,
      text: turn.answer.text,
      model: turn.answeredBy?.model ?? '',
      provider: turn.answeredBy?.provider ?? '',
      tool_calls: turn.answer.toolCalls.map((call) => ({
        tool_use_id: call.id,
        tool_name: call.name,
        args: call.args,
      })),
    });
  }
  for (const result of turn.results) {
    entries.push({
      role: 'tool',
      turn_index: turn.turn,
      tool_use_id: result.id,
      tool_name: result.toolName,
      output: result.output,
      is_error: result.isError ?? false,
      state: result.state,
      artifact_id: result.artifactId ?? undefined,
      images: references((result.images ?? []).filter(isImageRef)),
    });
  }
  return entries;
}

/** Undefined: there are none. */
function references(images: readonly ImageRef[] = []) {
  if (images.length === 0) return undefined;
  return images.map(({ id, mediaType, width, height, bytes }) => ({ id, media_type: mediaType, width, height, bytes }));
}

import type { PromptResult, PromptTurn } from '../../db/queries/prompt-transcript.ts';
import type { SizedSummary } from '../../db/queries/session-summary.ts';
import type { TurnToCall } from '../../db/queries/turn-to-call.ts';
import { readBackCall } from '../../domain/reading-back.ts';
import { shownSummary } from '../../domain/summary.ts';
import { isAnythingLeftOut, messageLevel, type TranscriptWindow } from '../../domain/transcript-window.ts';
import type { ModelRequest, TranscriptMessage } from '../../models/model-call.ts';
import { messageBytesBound } from '../../models/request-bound.ts';
import { offersReadingBack, type SessionCatalog } from '../call-tools/session-tools.ts';
import { shownResult } from '../call-tools/stored-cuts.ts';
import { cutMessages } from '../refresh-context/messages-size.ts';
import type { PromptTranscript } from './kept-transcripts.ts';
import { type MediaPlaces, mediaPlaces } from './prompt-media.ts';

/**
 * The prompt of a turn. It is made of what refresh context stored, so a second attempt sends the same prompt. Its order
 * keeps prompt caches valid: tools, system (SOUL, SKILL, REFERENCE index), transcript, then what changes every turn.
 * @param images the data in base64 of the images that its window shows, by id
 */
export function promptOf(
  { system, volatile, summary, failedBefore }: Pick<TurnToCall, 'system' | 'volatile' | 'summary' | 'failedBefore'>,
  transcript: PromptTranscript,
  catalog: SessionCatalog,
  images: ReadonlyMap<string, string>,
): Pick<ModelRequest, 'system' | 'messages' | 'context' | 'tools'> {
  const messages = transcriptMessages(transcript, summary, { readable: offersReadingBack(catalog), images });
  const context = [volatile, hintOf(failedBefore)].filter((text) => text !== null).join('\n\n');
  return {
    system: system ?? '',
    messages,
    context,
    tools: catalog.tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema })),
  };
}

/** True when the model is given results of tools and no message: it may have nothing to add. */
export function answersResultsAlone(transcript: readonly PromptTurn[]): boolean {
  const [before, current] = transcript.slice(-2);
  return current?.userMessages.length === 0 && (before?.results ?? []).length > 0;
}

/** The hint to the model that answers next, after an answer to the same prompt that was of no use. */
function hintOf(failedBefore: string | null): string | null {
  switch (failedBefore) {
    case 'model.malformed_answer':
      return '[Your last answer could not be read. Call tools by their exact names, with arguments that are valid JSON.]';
    case 'model.empty_answer':
      return '[Your last answer was empty. Answer with text or with a tool call, and keep it short.]';
    default:
      return null;
  }
}

/**
 * The turns of the window. In front of the first whole one stand the summary that the prompt was sized with, and a line when
 * something is left out before it.
 * @param readable true when the agent has the tool that reads what is left out: then each note names the call
 */
function transcriptMessages(
  { window, turns }: PromptTranscript,
  summary: SizedSummary | null,
  { readable, images }: { readonly readable: boolean; readonly images: ReadonlyMap<string, string> },
): TranscriptMessage[] {
  const messages: TranscriptMessage[] = [];
  const leftOut = window !== null && isAnythingLeftOut(window) ? leftOutLine(window, readable) : undefined;
  const resumesAt = Math.min(window?.firstTurn ?? 0, turns.at(-1)?.turn ?? 0);
  for (const turn of turns) {
    if (turn.turn === resumesAt && summary !== null) messages.push(summaryMessage(summary, readable));
    if (turn.turn === resumesAt && leftOut !== undefined) messages.push({ role: 'user', text: leftOut });
    const places = mediaPlaces(turn, window, images);
    messages.push(...userMessages(turn, window, readable, places), ...answerMessages(turn, readable, places));
  }
  return messages;
}

/** A version before counted summaries with a shorter heading: they keep it, because their prompts have no more room reserved. */
function summaryMessage(summary: SizedSummary, readable: boolean): TranscriptMessage {
  const shown = (withCall: boolean): TranscriptMessage => ({ role: 'user', text: shownSummary(summary, withCall) });
  return readable && messageBytesBound(shown(true)) <= summary.bytes ? shown(true) : shown(false);
}

/** Its size is bounded by `LEFT_OUT_SIZE`. */
function leftOutLine({ firstTurn, messagesFrom }: TranscriptWindow, readable: boolean): string {
  const messages = messagesFrom === 0 ? '' : ` Messages of the turns before ${messagesFrom} are left out, too.`;
  const through = Math.max(firstTurn, messagesFrom) - 1;
  const reading = readable ? ` ${readBackCall({ from_turn: 0, to_turn: through })} shows these turns.` : '';
  return (
    `[This prompt has no room for all that happened so far. What you answered before turn ${firstTurn}, and the results of ` +
    `your tool calls, are left out here; what the user wrote is shown above.${messages}${reading}]`
  );
}

function userMessages(
  { turn, userMessages, messageLevels }: PromptTurn,
  window: TranscriptWindow | null,
  readable: boolean,
  { ofMessage }: MediaPlaces,
): TranscriptMessage[] {
  const level = window === null ? null : messageLevel(turn, window);
  if (level === 'left_out') return [];
  const maxBytes = level === null ? 0 : (messageLevels?.[level]?.[1] ?? 0);
  const texts = level === null ? userMessages : cutMessages(turn, userMessages, level, { readable, maxBytes });
  return texts.map((text, index) => ({ role: 'user', text, images: ofMessage(index) }));
}

function answerMessages(
  { answer, results }: PromptTurn,
  readable: boolean,
  { ofResult }: MediaPlaces,
): TranscriptMessage[] {
  if (answer === null) return [];
  const { text, toolCalls, reasoning } = answer;
  const answers = (results ?? []).map((result, index) => ({
    ...resultMessage(result, readable),
    images: ofResult(index),
  }));
  return [{ role: 'assistant', text, toolCalls, reasoning }, ...answers];
}

function resultMessage(
  { id, toolName, output, isError, tail, leftOut, cutBytes }: PromptResult,
  readable: boolean,
): TranscriptMessage {
  const head = output ?? '';
  const isCut = tail !== null && leftOut !== null;
  return {
    role: 'tool',
    toolCallId: id,
    toolName,
    output: isCut ? shownResult({ head, tail, leftOut }, id, readable, cutBytes ?? 0) : head,
    isError: isError ?? true,
  };
}

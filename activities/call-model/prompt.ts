import type { TranscriptTurn } from '../../db/queries/turn.ts';
import type { TurnToCall } from '../../db/queries/turn-to-call.ts';
import type { ModelRequest, TranscriptMessage } from '../../models/model-call.ts';
import type { SessionCatalog } from '../call-tools/session-tools.ts';

/**
 * The prompt of a turn. It is made of what refresh context stored, so a second attempt sends the same prompt. Its order
 * keeps prompt caches valid: tools, system (SOUL, SKILL, REFERENCE index), transcript, then what changes every turn.
 */
export function promptOf(
  {
    system,
    volatile,
    droppedTurns,
    failedBefore,
  }: Pick<TurnToCall, 'system' | 'volatile' | 'droppedTurns' | 'failedBefore'>,
  transcript: readonly TranscriptTurn[],
  catalog: SessionCatalog,
): Pick<ModelRequest, 'system' | 'messages' | 'context' | 'tools'> {
  const messages = transcript.flatMap((turn) => messagesOf(turn, droppedTurns));
  const context = [volatile, hintOf(failedBefore)].filter((text) => text !== null).join('\n\n');
  return {
    system: system ?? '',
    messages,
    context,
    tools: catalog.tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema })),
  };
}

/** True when the model is given results of tools and no message: it may have nothing to add. */
export function answersResultsAlone(transcript: readonly TranscriptTurn[]): boolean {
  const [before, current] = transcript.slice(-2);
  return current?.userMessages.length === 0 && (before?.results ?? []).length > 0;
}

/** What is said to the model that answers next, when an answer to the same prompt was of no use. */
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

function messagesOf(turn: TranscriptTurn, droppedTurns: number): TranscriptMessage[] {
  const messages: TranscriptMessage[] = turn.userMessages.map((text) => ({ role: 'user', text }));
  if (turn.turn === 0 && droppedTurns > 0) {
    messages.push({
      role: 'user',
      text: `[${droppedTurns} earlier turns are left out here: they no longer fit the prompt.]`,
    });
    // Of the first turn only the task is kept: its answer is left out like the turns behind it.
    return messages;
  }
  if (turn.answer === null) return messages;
  const { text, toolCalls, reasoning } = turn.answer;
  messages.push({ role: 'assistant', text, toolCalls, reasoning });
  for (const result of turn.results ?? []) {
    messages.push({
      role: 'tool',
      toolCallId: result.id,
      toolName: result.toolName,
      output: result.output ?? '',
      isError: result.isError ?? true,
    });
  }
  return messages;
}

import type { TranscriptTurn } from '../../db/queries/turn.ts';
import type { TurnToCall } from '../../db/queries/turn-to-call.ts';
import type { ModelRequest, TranscriptMessage } from '../../models/model-call.ts';
import type { SessionCatalog } from '../call-tools/session-tools.ts';

/**
 * The prompt of a turn. It is made of what refresh context stored, so a second attempt sends the same prompt. Its order
 * keeps prompt caches valid: tools, system (SOUL, SKILL, REFERENCE index), transcript, then what changes every turn.
 */
export function promptOf(
  { system, volatile, droppedTurns }: Pick<TurnToCall, 'system' | 'volatile' | 'droppedTurns'>,
  transcript: readonly TranscriptTurn[],
  catalog: SessionCatalog,
): Pick<ModelRequest, 'system' | 'messages' | 'tools'> {
  const messages = transcript.flatMap((turn) => messagesOf(turn, droppedTurns));
  if (volatile !== null) messages.push({ role: 'user', text: volatile });
  return {
    system: system ?? '',
    messages,
    tools: catalog.tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema })),
  };
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

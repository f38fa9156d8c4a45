import type { Tx } from '../../db/database.ts';
import { readContextBlocks, readTranscript, type TranscriptTurn, type TurnRow } from '../../db/queries/turn.ts';
import type { ModelRequest, TranscriptMessage } from '../../models/model-call.ts';
import type { SessionCatalog } from '../session-tools.ts';

/** What a prompt is made of: read from what refresh context stored, so a second attempt sends the same. */
export interface PromptTexts {
  /** Texts of context sources, by hash. */
  readonly blocks: ReadonlyMap<string, string>;
  readonly turns: readonly TranscriptTurn[];
}

export async function readPromptTexts(tx: Tx, sessionId: string, turn: TurnRow): Promise<PromptTexts> {
  const { systemHash, volatileHash, transcript } = turn.manifest;
  const [blocks, turns] = await Promise.all([
    readContextBlocks(tx, [systemHash, ...(volatileHash === undefined ? [] : [volatileHash])]),
    readTranscript(tx, sessionId, transcript.firstTurn, turn.turn),
  ]);
  return { blocks, turns };
}

/**
 * The prompt of a turn in the order that keeps prompt caches: tools, system (SOUL, SKILL, REFERENCE index), transcript,
 * then what changes every turn.
 */
export function promptOf(
  { blocks, turns }: PromptTexts,
  turn: TurnRow,
  catalog: SessionCatalog,
): Pick<ModelRequest, 'system' | 'messages' | 'tools'> {
  const { systemHash, volatileHash, transcript } = turn.manifest;
  const messages = turns.flatMap((each) => messagesOf(each, transcript.droppedTurns));
  const volatile = volatileHash === undefined ? undefined : blocks.get(volatileHash);
  if (volatile !== undefined) messages.push({ role: 'user', text: volatile });
  return {
    system: blocks.get(systemHash) ?? '',
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
    // The first turn is kept for its task; its answer went with the turns that were left out.
    return messages;
  }
  if (turn.answer === null) return messages;
  const { text, toolCalls, reasoning } = turn.answer;
  messages.push({ role: 'assistant', text, toolCalls, ...(reasoning === undefined ? {} : { reasoning }) });
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

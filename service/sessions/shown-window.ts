import type { z } from 'zod';
import type { promptWindowSchema } from '../../contract/runs.ts';
import type { TranscriptWindow } from '../../domain/transcript-window.ts';

/** Says how much the prompt of a turn showed of the turns before it, and how much it left out. */
export function shownWindow(window: TranscriptWindow, turn: number): z.infer<typeof promptWindowSchema> {
  const { firstTurn, wholeFrom, messagesFrom, wholeMessagesFrom } = window;
  return {
    turns_whole: turn - Math.max(firstTurn, wholeFrom),
    turns_cut: Math.max(0, wholeFrom - firstTurn),
    turns_left_out: firstTurn,
    latest_results_cut: window.latestResultsLevel !== null,
    messages_cut: Math.max(0, wholeMessagesFrom - messagesFrom),
    messages_left_out: messagesFrom,
    latest_message_cut: window.latestMessageLevel !== null,
  };
}

import type { TriedPolicy } from './tool-policy/tried-policy.ts';

/** How a session replays another one. Absent fields of the request are filled in. */
export interface SessionReplay {
  /** The session whose messages it is given. */
  readonly of: string;
  /** Where results of tool calls come from: the recording, the recording or else a tool that only reads, or the tools. */
  readonly tools: 'recorded' | 'recorded_or_read' | 'live';
  /** What follows a call for which there is no recorded result. */
  readonly onMissing: 'stop' | 'error_result';
  /** True when the answers of models are the recorded ones, too: then no provider is called, and nothing is paid. */
  readonly recordedModels: boolean;
  /** The turn of that session with which it begins. Its own first turn has the same index. */
  readonly fromTurn: number;
  /** The last turn of that session whose messages it was given. -1: it was given none. */
  readonly fedTurn: number;
  /** What its choices of models are drawn from. Absent: its id. */
  readonly seed?: number | undefined;
  /** The policies that hold for its calls in place of those of its agent. Absent: those of its agent hold. */
  readonly policy?: TriedPolicy | undefined;
}

/** Messages that the recorded session read at one turn. */
export interface RecordedMessages {
  /** The turn of the replay at which they are read if it takes the same course. */
  readonly turn: number;
  /** The turn at which they were read, and the session that read them: the recorded one, or one whose turns it began with. */
  readonly recordedTurn: number;
  readonly sessionId: string;
  readonly seqs: readonly number[];
  /** True when the session was idle before it read them. */
  readonly afterIdle: boolean;
}

/**
 * Says whether the next recorded messages join the turns of a replay now, at the end of `turn`. Messages that woke the recorded
 * session wait until the replay is done with what it has, and those that joined a turn come before the same turn, or earlier if
 * the replay is done earlier.
 * @param canIdle true when the replay can go idle, so that the messages can wake it
 */
export function joinsNow(
  next: RecordedMessages,
  { turn, moreWork, canIdle }: { readonly turn: number; readonly moreWork: boolean; readonly canIdle: boolean },
): boolean {
  if (moreWork) return !next.afterIdle && next.turn <= turn + 1;
  return !(next.afterIdle && canIdle);
}

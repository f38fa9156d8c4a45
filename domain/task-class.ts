/** What kind of turn a model is asked for; posteriors are kept apart by it. */
export type TaskClass = 'user_request' | 'tool_follow_up' | 'chat';

/** A new message of the user outweighs tool results that arrive with it: the model has to understand it first. */
export function taskClassOf(turn: {
  turnHasUserMessage: boolean;
  toolResults: number;
  toolsOffered: number;
}): TaskClass {
  if (!turn.turnHasUserMessage && turn.toolResults > 0) return 'tool_follow_up';
  return turn.toolsOffered > 0 ? 'user_request' : 'chat';
}

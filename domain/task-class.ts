/** What kind of turn a model is asked for; posteriors are kept apart by it. */
export type TaskClass = 'user_request' | 'tool_follow_up' | 'chat';

/**
 * A turn without a new message has tool results to go on from. A message outweighs those that arrive with it: the model has to
 * understand it first.
 */
export function taskClassOf(turn: { hasUserMessage: boolean; toolsOffered: number }): TaskClass {
  if (!turn.hasUserMessage) return 'tool_follow_up';
  return turn.toolsOffered > 0 ? 'user_request' : 'chat';
}

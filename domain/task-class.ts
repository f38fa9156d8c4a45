/** The kind of turn that a model is asked for. Each kind has posteriors of its own. */
export type TaskClass = 'user_request' | 'tool_follow_up' | 'chat';

/**
 * A turn without a new message goes on from tool results. If a message and results arrive together, the message
 * decides: the model has to understand it first.
 */
export function taskClassOf(turn: { hasUserMessage: boolean; toolsOffered: number }): TaskClass {
  if (!turn.hasUserMessage) return 'tool_follow_up';
  return turn.toolsOffered > 0 ? 'user_request' : 'chat';
}

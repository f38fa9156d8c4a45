export const FLOOR_TASK_QUEUE = 'agent-runs-bench-floor';

export type FloorRequest =
  | { readonly type: 'connect'; readonly address: string }
  /** Asks when the turns of a workflow began, and forgets it. */
  | { readonly type: 'take'; readonly workflowId: string };

export type FloorReply =
  | { readonly type: 'ready' }
  | { readonly type: 'turns'; readonly workflowId: string; readonly startsMs: readonly number[] };

export function isFloorRequest(message: unknown): message is FloorRequest {
  return isTyped(message, ['connect', 'take']);
}

export function isFloorReply(message: unknown): message is FloorReply {
  return isTyped(message, ['ready', 'turns']);
}

function isTyped(message: unknown, types: readonly string[]): boolean {
  return typeof message === 'object' && message !== null && 'type' in message && types.includes(String(message.type));
}

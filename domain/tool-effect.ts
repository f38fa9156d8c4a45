import type { ToolEffect } from '../contract/mcp.ts';

/** True if running a call twice does no more than running it once. */
export function isRepeatable(call: { readonly effect: ToolEffect; readonly idempotent: boolean }): boolean {
  return call.effect === 'read' || call.idempotent;
}

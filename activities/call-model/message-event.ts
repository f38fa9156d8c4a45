import type { EventData } from '../../contract/events.ts';
import { type NewEvent, newEvent } from '../../db/queries/event.ts';
import type { ModelUsage } from '../../domain/model-usage.ts';
import { usdFromNano } from '../../domain/money.ts';

/**
 * The `agent.message` of a turn. Where the provider reported no usage, the cost is what was reserved: an upper bound.
 */
export function messageEvent(message: {
  turn: number;
  text: string;
  by: { provider: string; model: string };
  usage: ModelUsage | undefined;
  costNano: bigint;
  partial: boolean;
  stoppedBy?: EventData<'agent.message'>['stoppedBy'] | undefined;
}): NewEvent {
  const { usage, by } = message;
  return newEvent(`message:${message.turn}`, 'agent.message', {
    text: message.text,
    model: by.model,
    turnIndex: message.turn,
    provider: by.provider,
    usage: {
      inputTokens: usage?.inputTokens ?? 0,
      outputTokens: usage?.outputTokens ?? 0,
      cacheReadTokens: usage?.cacheReadTokens ?? 0,
    },
    costUsd: usdFromNano(message.costNano),
    partial: message.partial ? true : undefined,
    stoppedBy: message.stoppedBy,
    costIsUpperBound: usage === undefined ? true : undefined,
  });
}

import type { EventData } from '../../contract/events.ts';
import { type NewEvent, newEvent } from '../../db/queries/event.ts';
import type { ModelUsage } from '../../domain/model-usage.ts';
import { usdFromNano } from '../../domain/money.ts';

/**
 * The `agent.message` of a turn. Where the provider reported no usage, the counts are ours and the cost is an upper
 * bound.
 */
export function messageEvent(message: {
  turn: number;
  text: string;
  by: { provider: string; model: string };
  usage: ModelUsage;
  costNano: bigint;
  partial: boolean;
  stoppedBy?: EventData<'agent.message'>['stoppedBy'] | undefined;
  cutForBudget?: true | undefined;
  withheld?: true | undefined;
}): NewEvent {
  const { usage, by } = message;
  return newEvent(`message:${message.turn}`, 'agent.message', {
    text: message.text,
    model: by.model,
    turnIndex: message.turn,
    provider: by.provider,
    usage: {
      inputTokens: usage.inputTokens,
      outputTokens: usage.outputTokens,
      cacheReadTokens: usage.cacheReadTokens,
      estimated: usage.estimated,
    },
    costUsd: usdFromNano(message.costNano),
    partial: message.partial || undefined,
    stoppedBy: message.stoppedBy,
    cutForBudget: message.cutForBudget,
    withheld: message.withheld,
    costIsUpperBound: usage.estimated,
  });
}

import { defineSearchAttributeKey, SearchAttributeType, type SearchAttributeUpdatePair } from '@temporalio/common';

const statusKey = defineSearchAttributeKey('AgentRunsStatus', SearchAttributeType.KEYWORD);
const reasonKey = defineSearchAttributeKey('AgentRunsReason', SearchAttributeType.KEYWORD);

/** What an operator filters sessions by in Temporal's own UI; Postgres stays the truth. */
export function statusAttributes(
  status: 'running' | 'idle' | 'ended',
  reason: string | undefined,
): SearchAttributeUpdatePair[] {
  const pairs: SearchAttributeUpdatePair[] = [{ key: statusKey, value: status }];
  if (reason !== undefined) pairs.push({ key: reasonKey, value: reason });
  return pairs;
}

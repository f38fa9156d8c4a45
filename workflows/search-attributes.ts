import type { SearchAttributeUpdatePair } from '@temporalio/common';
import type { SessionStatus } from '../contract/events.ts';
import { searchAttributeKeys } from '../temporal/session-workflow.ts';

/** The pairs that show a session's status, and its reason once it has ended. */
export function statusAttributes(status: SessionStatus, reason: string | undefined): SearchAttributeUpdatePair[] {
  const pairs: SearchAttributeUpdatePair[] = [{ key: searchAttributeKeys.status, value: status }];
  if (reason !== undefined) pairs.push({ key: searchAttributeKeys.reason, value: reason });
  return pairs;
}

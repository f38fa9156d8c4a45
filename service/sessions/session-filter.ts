import type { SessionFilterInput } from '../../contract/session-filter.ts';
import type { Tx } from '../../db/database.ts';
import {
  agentsOfDepartment,
  rarestFirst,
  type SessionFilter,
  type SessionLabel,
  wordsOfError,
} from '../../db/queries/session-filter.ts';
import { nanoFromUsd } from '../../domain/money.ts';
import { dateOrNull } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';

/** Texts have many words; the longest of them are the rarest. */
const MAX_WORDS = 16;

/**
 * Reads the filter of a list, a count or an action on many sessions.
 * @param agentId the agent of the path; undefined: the filter alone says which agents
 * @throws ServiceError invalid_request
 */
export async function readFilter(tx: Tx, input: SessionFilterInput, agentId?: string): Promise<SessionFilter> {
  refuseOtherAgent(agentId, input.agent_id);
  const agentIds = input.department === undefined ? null : await agentsOfDepartment(tx, input.department);
  return {
    agentId: agentId ?? input.agent_id ?? null,
    agentIds,
    status: input.status ?? null,
    idleCause: input.idle_cause ?? null,
    reason: input.reason ?? null,
    errorCode: input.error_code ?? null,
    createdAfter: dateOrNull(input.created_after),
    createdBefore: dateOrNull(input.created_before),
    endedAfter: dateOrNull(input.ended_after),
    endedBefore: dateOrNull(input.ended_before),
    lastEventAfter: dateOrNull(input.last_event_after),
    lastEventBefore: dateOrNull(input.last_event_before),
    minCostNano: input.min_cost_usd === undefined ? null : nanoFromUsd(input.min_cost_usd),
    minTurns: input.min_turns ?? null,
    labels: await rarestFirst(tx, await labelsOf(tx, input)),
  };
}

/** The labels that a session must have. */
async function labelsOf(tx: Tx, input: SessionFilterInput): Promise<SessionLabel[]> {
  const { metadata_key: key, metadata_value: value, tool, error_text: text, provider, model } = input;
  const labels: SessionLabel[] = [];
  if (key === undefined && value !== undefined) {
    throw new ServiceError('invalid_request', '"metadata_value": needs "metadata_key".', { param: 'metadata_value' });
  }
  if (key !== undefined) {
    labels.push(
      value === undefined ? { kind: 'metadata_key', value: key } : { kind: 'metadata', value: `${key}=${value}` },
    );
  }
  if (tool !== undefined) labels.push({ kind: 'tool', value: tool });
  if (text !== undefined) {
    const words = await wordsOfError(tx, text);
    if (words.length === 0) {
      throw new ServiceError('invalid_request', '"error_text": has no words.', { param: 'error_text' });
    }
    const rarest = words.toSorted((a, b) => b.length - a.length).slice(0, MAX_WORDS);
    labels.push(...rarest.map((word) => ({ kind: 'error_word', value: word }) as const));
  }
  if (model !== undefined) {
    labels.push(
      provider === undefined ? { kind: 'model', value: model } : { kind: 'arm', value: `${provider}/${model}` },
    );
  } else if (provider !== undefined) {
    labels.push({ kind: 'provider', value: provider });
  }
  return labels;
}

function refuseOtherAgent(inPath: string | undefined, inQuery: string | undefined): void {
  if (inPath === undefined || inQuery === undefined || inPath === inQuery) return;
  throw new ServiceError('invalid_request', '"agent_id": is another one in the path.', { param: 'agent_id' });
}

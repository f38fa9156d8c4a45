import { type MemoryEntryResource, memoryScopeQuerySchema } from '../../contract/memory.ts';
import type { Tx } from '../../db/database.ts';
import type { MemoryEntry, NewMemoryEntry } from '../../db/queries/memory-entry.ts';
import { factKey } from '../../domain/fact-key.ts';
import { countTokens } from '../../domain/tokens.ts';
import { newId } from '../../processes/ids.ts';
import { findAgent } from '../agents/agent-profiles.ts';
import type { ServiceContext } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';

export function newEntry(
  ctx: ServiceContext,
  { fact, block, pinned }: Pick<NewMemoryEntry, 'fact' | 'block' | 'pinned'>,
  agentId: string | undefined,
): NewMemoryEntry {
  const id = newId('mem', ctx.nowMs());
  return { id, agentId: agentId ?? null, block, fact, tokens: countTokens(fact), pinned, key: factKey(fact) };
}

/** The agent may be named in the body or in the query. If it is named in both, it must be the same. */
export function agentOf(body: { agent_id?: string | null | undefined }, query: unknown): string | undefined {
  const { agent_id: inQuery } = parseInput(memoryScopeQuerySchema, query);
  const inBody = body.agent_id ?? undefined;
  if (inBody !== undefined && inQuery !== undefined && inBody !== inQuery) {
    throw new ServiceError('invalid_request', '"agent_id": is another one in the query.', { param: 'agent_id' });
  }
  return inBody ?? inQuery;
}

export async function checkAgent(tx: Tx, agentId: string | undefined): Promise<void> {
  if (agentId !== undefined) await findAgent(tx, agentId);
}

export function entryResource(entry: MemoryEntry): MemoryEntryResource {
  return {
    id: entry.id,
    agent_id: entry.agentId,
    block: entry.block,
    fact: entry.fact,
    tokens: entry.tokens,
    pinned: entry.pinned,
    created_at: entry.createdAt.toISOString(),
    updated_at: entry.updatedAt.toISOString(),
  };
}

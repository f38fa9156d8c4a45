import type { z } from 'zod';
import { MAX_FACT_CHARACTERS, type memoryFilledSchema, memoryInitSchema } from '../../contract/memory.ts';
import { type NewMemoryEntry, noteFacts } from '../../db/queries/memory-entry.ts';
import { requireRoom } from '../tenants/require-room.ts';
import { audit } from '../verb/audit.ts';
import { requireScope } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import type { Verb } from '../verb/verb.ts';
import { agentOf, checkAgent, entryResource, newEntry } from './memory-entry.ts';

const MAX_FACTS = 500;

/**
 * Fills the memory from documents. Each paragraph or list item becomes a fact.
 * @throws ServiceError agent_not_found, quota_exceeded
 */
export const initMemory: Verb<
  { readonly query: unknown; readonly body: unknown },
  z.infer<typeof memoryFilledSchema>
> = async ({ ctx, input }) => {
  requireScope(ctx, 'run');
  const request = parseInput(memoryInitSchema, input.body);
  const agentId = agentOf(request, input.query);
  const entries = request.documents
    .flatMap(({ content, block = 'general' }) => factsOf(content).map((fact) => ({ fact, block, pinned: false })))
    .slice(0, MAX_FACTS)
    .map((entry) => newEntry(ctx, entry, agentId));
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    await checkAgent(tx, agentId);
    await requireRoom(tx, { memory_entries: entries.length });
    const noted = await noteFacts(tx, eachOnce(entries));
    const data = noted.flatMap(({ entry, known }) => (known ? [] : [entryResource(entry)]));
    await audit(tx, ctx, 'memory.init', agentId ?? 'all agents', { created: data.length });
    return { created: data.length, data };
  });
};

function factsOf(document: string): string[] {
  return document
    .split(/\n\s*\n|\n(?=\s*(?:[-*•]|\d+\.)\s)/)
    .map((part) => part.replace(/^\s*(?:[-*•]|\d+\.)\s+/, '').trim())
    .filter((part) => part !== '' && !/^#+\s[^\n]*$/.test(part))
    .map((part) => part.slice(0, MAX_FACT_CHARACTERS).toWellFormed());
}

/** The first of several facts with the same key stays, in the block that it would get if they were noted one after the other. */
function eachOnce(entries: readonly NewMemoryEntry[]): NewMemoryEntry[] {
  const once = new Map<string, NewMemoryEntry>();
  for (const entry of entries) {
    const earlier = once.get(entry.key) ?? entry;
    const moves = earlier.block === 'general' || entry.block === 'system';
    once.set(entry.key, { ...earlier, block: moves ? entry.block : earlier.block });
  }
  return [...once.values()];
}

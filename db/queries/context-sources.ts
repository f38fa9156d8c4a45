import type { ContextInputs } from '../../domain/context-inputs.ts';
import type { Conversation } from '../../domain/conversation.ts';
import type { Tx } from '../database.ts';
import { inOneMessage } from '../one-message.ts';
import { referenceBodies, referenceIndex, stableDocuments, workspaceFiles } from './documents-for-turn.ts';
import { countMemory, matchingMemory, standingMemory } from './memory-for-turn.ts';

export type ContextSources = Pick<ContextInputs, 'soul' | 'skills' | 'learned' | 'references' | 'workspace' | 'memory'>;

/** Reads the documents and the memory from which the context of a turn is assembled, in one message. */
export async function readContextSources(
  tx: Tx,
  { agentId, sessionId, about }: { agentId: string; sessionId: string | null; about: Conversation },
): Promise<ContextSources> {
  const { documents, references, bodies, workspace, standing, matching, all } = await inOneMessage({
    documents: stableDocuments(tx, agentId),
    references: referenceIndex(tx, agentId),
    bodies: referenceBodies(tx, agentId, about),
    workspace: workspaceFiles(tx, agentId, sessionId, about),
    standing: standingMemory(tx, agentId),
    matching: matchingMemory(tx, agentId, about),
    all: countMemory(tx, agentId),
  });
  // A match comes behind the same entry without a score, and takes its place.
  const entries = new Map([...standing, ...matching].map((entry) => [entry.id, entry]));
  return {
    ...documents,
    references: { ...references, bodies },
    workspace,
    memory: { entries: [...entries.values()], unread: Math.max(0, all - entries.size) },
  };
}

import type { ContextInputs } from '../../domain/context-inputs.ts';
import type { Conversation } from '../../domain/conversation.ts';
import type { Asked } from '../../domain/meaning.ts';
import type { SessionContext } from '../../domain/session-context.ts';
import type { Tx } from '../database.ts';
import { inOneMessage } from '../one-message.ts';
import { referenceBodies, referenceIndex, stableDocuments, workspaceFiles } from './documents-for-turn.ts';
import { LEARNED_PREFIX } from './learned-pattern.ts';
import { closeMemory, countMemory, matchingMemory, standingMemory } from './memory-for-turn.ts';
import { isAskedByMeaning } from './query-vector.ts';
import { sessionDocuments, sessionReferences } from './session-context.ts';

export type ContextSources = Pick<ContextInputs, 'soul' | 'skills' | 'learned' | 'references' | 'workspace' | 'memory'>;

/** The sources that an agent has. The others need not be read, and many agents have none. */
export interface ContextExtent {
  /** SOUL or SKILL. */
  readonly stable: boolean;
  readonly references: boolean;
  readonly workspace: boolean;
  readonly memory: boolean;
}

export const EVERYTHING: ContextExtent = { stable: true, references: true, workspace: true, memory: true };

/** An expression for the ContextExtent of an agent. The parameters are expressions of SQL. */
export const contextExtent = (tenantId: string, agentId: string): string => {
  const has = (kinds: string) =>
    `EXISTS (SELECT FROM context_document c WHERE c.tenant_id = ${tenantId} AND c.agent_id = ${agentId} AND c.kind ${kinds})`;
  const notes = (agent: string) =>
    `EXISTS (SELECT FROM memory_entry m WHERE m.tenant_id = ${tenantId} AND m.agent_id ${agent})`;
  return `jsonb_build_object('stable', ${has(`IN ('soul', 'skill')`)}, 'references', ${has(`= 'reference'`)},
    'workspace', ${has(`= 'workspace'`)}, 'memory', ${notes(`= ${agentId}`)} OR ${notes('IS NULL')})`;
};

/** Reads the documents and the memory from which the context of a turn is assembled, in one message. */
export async function readContextSources(
  tx: Tx,
  turn: {
    readonly agentId: string;
    readonly sessionId: string | null;
    readonly about: Conversation;
    readonly extent: ContextExtent;
    /** The vector that facts are compared with. Absent: this installation searches by words alone, or there is no message. */
    readonly asked?: Asked | undefined;
    /** The documents that the session has in place of those of its agent. */
    readonly own?: SessionContext | null | undefined;
  },
): Promise<ContextSources> {
  const { agentId, sessionId, about, extent } = turn;
  const asked = extent.memory ? turn.asked : undefined;
  const own = sessionId === null ? {} : (turn.own ?? {});
  const ofSession = sessionId ?? '';
  const { documents, soul, skills, references, bodies, workspace, standing, matching, close, byMeaning, all } =
    await inOneMessage({
      documents: extent.stable ? stableDocuments(tx, agentId) : { soul: [], skills: [], learned: [] },
      soul: own.soul && sessionDocuments(tx, ofSession, 'soul', own.soul),
      skills: own.skill && sessionDocuments(tx, ofSession, 'skill', own.skill),
      references:
        extent.references && own.reference === undefined ? referenceIndex(tx, agentId) : { index: [], unlisted: 0 },
      bodies: own.reference
        ? sessionReferences(tx, ofSession, own.reference, about)
        : extent.references
          ? referenceBodies(tx, agentId, about)
          : [],
      workspace: extent.workspace ? workspaceFiles(tx, agentId, sessionId, about) : [],
      standing: extent.memory ? standingMemory(tx, agentId) : [],
      matching: extent.memory ? matchingMemory(tx, agentId, about) : [],
      close: asked === undefined ? [] : closeMemory(tx, agentId, asked),
      byMeaning: asked === undefined ? false : isAskedByMeaning(tx, asked),
      all: extent.memory ? countMemory(tx, agentId) : 0,
    });
  const entries = new Map(standing.map((entry) => [entry.id, entry]));
  for (const entry of matching) entries.set(entry.id, entry);
  for (const entry of close) entries.set(entry.id, { ...entry, score: entries.get(entry.id)?.score ?? null });
  return {
    soul: soul ?? documents.soul,
    skills: skills?.filter(({ name }) => !isLearned(name)) ?? documents.skills,
    learned: skills?.filter(({ name }) => isLearned(name)) ?? documents.learned,
    references: own.reference ? { index: own.reference.map(indexed), unlisted: 0, bodies } : { ...references, bodies },
    workspace,
    memory: {
      entries: [...entries.values()],
      unread: Math.max(0, all - entries.size),
      search: byMeaning ? 'words_and_meaning' : 'words',
    },
  };
}

function isLearned(name: string): boolean {
  return name.startsWith(LEARNED_PREFIX);
}

function indexed({ name, tokens }: { readonly name: string; readonly tokens: number }) {
  return { name, tokens, version: 1, ofSession: true as const };
}

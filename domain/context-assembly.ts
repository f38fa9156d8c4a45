import type { ContextKind } from '../contract/context.ts';
import type { MemoryBlock } from '../contract/memory.ts';
import {
  type ContextPart,
  type FittedSource,
  fitSource,
  renderStable,
  renderVolatile,
  sourceBudgets,
} from './context-budget.ts';
import { countTokens } from './tokens.ts';
import type { SourceManifest } from './turn-record.ts';

export interface ContextInputs {
  readonly agent: {
    readonly agentId: string;
    readonly displayName: string;
    readonly department: string | null;
    readonly role: string;
  };
  readonly documents: readonly {
    readonly kind: ContextKind;
    readonly name: string;
    readonly version: number;
    readonly tokens: number;
    /** Null when so much precedes it that it was not read. */
    readonly content: string | null;
  }[];
  readonly memory: readonly {
    readonly id: string;
    readonly block: MemoryBlock;
    readonly fact: string;
    readonly tokens: number;
    readonly pinned: boolean;
    readonly updatedAt: Date;
  }[];
  /** A sentence for each thing that is degraded now. Empty when all is well. */
  readonly warnings: readonly string[];
}

export interface AssembledContext {
  readonly system: string;
  /** Empty when no volatile source has a part. */
  readonly volatile: string;
  readonly sources: readonly SourceManifest[];
}

/**
 * Governance rules come first, then facts about people and projects, then the archive. Pinned facts lead their block.
 */
const MEMORY_PRIORITY = { system: 30, human: 20, project: 20, general: 10 } as const;

/** Assembles the six sources of a turn, each within its token budget. */
export function assembleContext(inputs: ContextInputs): AssembledContext {
  const ofKind = (kind: ContextKind) => inputs.documents.filter((document) => document.kind === kind);

  const soulParts = ofKind('soul').map(partOfDocument);
  const soul = fitSource({
    source: 'SOUL',
    parts: soulParts.length > 0 ? soulParts : [recordOf(inputs.agent)],
    budgetTokens: sourceBudgets.SOUL,
  });
  const skill = fitSource({
    source: 'SKILL',
    parts: ofKind('skill').map(partOfDocument),
    budgetTokens: sourceBudgets.SKILL,
  });
  const references = ofKind('reference');
  const referenceIndex = fitSource({
    source: 'REFERENCE',
    parts: references.map((document) =>
      linePart(document.name, document.version, `${document.name} (${document.tokens} tokens)`),
    ),
    budgetTokens: sourceBudgets.REFERENCE_INDEX,
    form: 'lines',
  });
  const reference = fitSource({
    source: 'REFERENCE',
    parts: references.map(partOfDocument),
    budgetTokens: sourceBudgets.REFERENCE,
  });
  const memory = fitSource({
    source: 'MEMORY',
    parts: inputs.memory.map((entry) => ({
      id: entry.id,
      version: entry.updatedAt.toISOString(),
      text: entry.fact,
      tokens: entry.tokens,
      priority: MEMORY_PRIORITY[entry.block] + (entry.pinned ? 5 : 0),
    })),
    budgetTokens: sourceBudgets.MEMORY,
  });
  const workspace = fitSource({
    source: 'WORKSPACE',
    parts: ofKind('workspace').map(partOfDocument),
    budgetTokens: sourceBudgets.WORKSPACE,
  });
  const heartbeat = fitSource({
    source: 'HEARTBEAT',
    parts: inputs.warnings.map((warning, index) => linePart(`warning-${index + 1}`, 1, warning)),
    budgetTokens: sourceBudgets.HEARTBEAT,
  });

  return {
    system: renderStable({ soul, skill, referenceIndex }),
    volatile: renderVolatile({ reference, memory, workspace, heartbeat }),
    sources: [
      manifestOf(soul, sourceBudgets.SOUL),
      manifestOf(memory, sourceBudgets.MEMORY),
      manifestOf(skill, sourceBudgets.SKILL),
      manifestOf(heartbeat, sourceBudgets.HEARTBEAT),
      manifestOf(workspace, sourceBudgets.WORKSPACE),
      manifestOf(referenceIndex, sourceBudgets.REFERENCE_INDEX),
      manifestOf(reference, sourceBudgets.REFERENCE),
    ],
  };
}

function partOfDocument(document: ContextInputs['documents'][number]): ContextPart {
  return {
    id: document.name,
    version: document.version,
    text: document.content ?? '',
    tokens: document.tokens,
    priority: 0,
  };
}

function linePart(id: string, version: number, text: string): ContextPart {
  return { id, version, text, tokens: countTokens(text), priority: 0 };
}

/** An agent without a SOUL document is described by its record. */
function recordOf(agent: ContextInputs['agent']): ContextPart {
  const department = agent.department === null ? '' : `, department ${agent.department}`;
  const text = `You are ${agent.displayName} (${agent.agentId}), role ${agent.role}${department}. Do the task you are given with the tools you have, then answer.`;
  return { id: 'record', version: 1, text, tokens: countTokens(text), priority: 0 };
}

function manifestOf(fitted: FittedSource, budgetTokens: number): SourceManifest {
  return {
    source: fitted.source,
    tokens: fitted.tokens,
    budgetTokens,
    included: fitted.included.map(({ text: _, ...part }) => part),
    dropped: fitted.dropped,
  };
}

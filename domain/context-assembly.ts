import { type ContextPart, type FittedSource, fitSource, sourceBudgets } from './context-budget.ts';
import type { AgentRecord, ContextInputs, TurnDocument } from './context-inputs.ts';
import { type ContextText, renderStable, renderVolatile } from './context-text.ts';
import { rankMemory } from './memory-ranking.ts';
import { relevantPassage } from './relevant-passage.ts';
import { countTokens, cutToTokens } from './tokens.ts';
import type { SourceManifest } from './turn-record.ts';

export interface AssembledContext {
  readonly system: string;
  /** Empty when no volatile source has a part. */
  readonly volatile: string;
  readonly sources: readonly SourceManifest[];
  /** The tokens are counted by our own tokenizer. */
  readonly tokens: number;
}

/** The share of SKILL that is kept for what the agent learned last, however many domain documents there are. */
const LEARNED_TOKENS = 200;
/** The manifest of every turn names so many parts that had no room. Others are only counted. */
const LISTED_DROPS = 20;

/** Assembles the six sources of a turn, each within its token budget as the model counts it. */
export function assembleContext(inputs: ContextInputs): AssembledContext {
  const budget = (name: keyof typeof sourceBudgets) => Math.floor(sourceBudgets[name] / inputs.tokenRatio);
  const { references } = inputs;

  const soulParts = inputs.soul.map((document) => partOfDocument(document));
  const soul = fitSource({
    source: 'SOUL',
    parts: soulParts.length > 0 ? soulParts : [recordOf(inputs.agent)],
    budgetTokens: budget('SOUL'),
  });
  const skill = fitSource({ source: 'SKILL', parts: skillParts(inputs), budgetTokens: budget('SKILL') });
  const referenceIndex = fitSource({
    source: 'REFERENCE',
    parts: references.index.map((document) => indexLine(document)),
    budgetTokens: budget('REFERENCE_INDEX'),
    form: 'lines',
  });
  const reference = fitSource({
    source: 'REFERENCE',
    parts: references.bodies.map((document) => passagePart(document, budget('REFERENCE'))),
    budgetTokens: budget('REFERENCE'),
  });
  const memory = fitSource({ source: 'MEMORY', parts: memoryParts(inputs), budgetTokens: budget('MEMORY') });
  const workspace = fitSource({
    source: 'WORKSPACE',
    parts: inputs.workspace.map((file) => partOfDocument(file, file.why)),
    budgetTokens: budget('WORKSPACE'),
  });
  const heartbeat = fitSource({
    source: 'HEARTBEAT',
    parts: inputs.warnings.map((warning, index) => linePart(`warning-${index + 1}`, 1, warning)),
    budgetTokens: budget('HEARTBEAT'),
  });

  const system = renderStable({ soul, skill, referenceIndex });
  const volatile = renderVolatile({ reference, memory, workspace, heartbeat });
  return {
    system: system.text,
    volatile: volatile.text,
    sources: [
      manifestOf(soul, 'SOUL', 'system', system),
      { ...manifestOf(memory, 'MEMORY', 'volatile', volatile, inputs.memory.unread), search: inputs.memory.search },
      manifestOf(skill, 'SKILL', 'system', system),
      manifestOf(heartbeat, 'HEARTBEAT', 'volatile', volatile),
      manifestOf(workspace, 'WORKSPACE', 'volatile', volatile),
      { ...manifestOf(referenceIndex, 'REFERENCE_INDEX', 'system', system, references.unlisted), part: 'index' },
      { ...manifestOf(reference, 'REFERENCE', 'volatile', volatile), part: 'bodies' },
    ],
    tokens: [soul, memory, skill, heartbeat, workspace, referenceIndex, reference].reduce(
      (sum, { tokens }) => sum + tokens,
      0,
    ),
  };
}

/** The reason for the place of a document that the session has of its own. */
const OF_SESSION = 'session';

function partOfDocument(document: TurnDocument, why = document.ofSession ? OF_SESSION : undefined): ContextPart {
  const { name, version, tokens, content } = document;
  return { id: name, version, text: content ?? '', tokens, priority: 0, why };
}

function indexLine({ name, version, tokens, ofSession }: ContextInputs['references']['index'][number]): ContextPart {
  return { ...linePart(name, version, `${name} (${tokens} tokens)`), why: ofSession ? OF_SESSION : undefined };
}

/** Domain documents stand first. What was learned last is kept first, so that a pattern is in the prompt of the next turn. */
function skillParts({ skills, learned, tokenRatio }: ContextInputs): ContextPart[] {
  let reserved = 0;
  const learnedParts = learned.map((pattern) => {
    reserved += pattern.tokens * tokenRatio;
    return { ...partOfDocument(pattern, 'learned'), priority: reserved <= LEARNED_TOKENS ? 2 : 0 };
  });
  return [...skills.map((document) => ({ ...partOfDocument(document), priority: 1 })), ...learnedParts];
}

/** A text that is over the budget shows the passage that concerns the conversation. */
function passagePart(document: ContextInputs['references']['bodies'][number], budgetTokens: number): ContextPart {
  const part = partOfDocument(document, document.why);
  if (document.content === null || document.tokens <= budgetTokens / 2) return part;
  const passage = relevantPassage(document.content, document.words);
  if (passage === document.content) return part;
  const { text, tokens, cut } = cutToTokens(passage, budgetTokens);
  return { ...part, text, tokens: cut ? Math.max(document.tokens, tokens) : tokens };
}

function memoryParts({ memory, startedAt }: ContextInputs): ContextPart[] {
  return rankMemory(memory.entries, startedAt).map(({ entry, why, foundBy, repeats }) => ({
    id: entry.id,
    version: entry.updatedAt.toISOString(),
    text: entry.fact,
    tokens: entry.tokens,
    priority: 0,
    why,
    foundBy: foundBy.length === 0 ? undefined : foundBy,
    left: repeats === null ? undefined : 'repeat',
  }));
}

function linePart(id: string, version: number, text: string): ContextPart {
  return { id, version, text, tokens: countTokens(text), priority: 0 };
}

/** An agent without a SOUL document is described by its record. */
function recordOf(agent: AgentRecord): ContextPart {
  const department = agent.department === null ? '' : `, department ${agent.department}`;
  const text = `You are ${agent.displayName} (${agent.agentId}), role ${agent.role}${department}. Do the task you are given with the tools you have, then answer.`;
  return { id: 'record', version: 1, text, tokens: countTokens(text), priority: 0 };
}

function manifestOf(
  fitted: FittedSource,
  name: keyof typeof sourceBudgets,
  block: 'system' | 'volatile',
  { places }: ContextText,
  unread = 0,
): SourceManifest {
  const placesOfSource = places.get(fitted) ?? [];
  const unlisted = Math.max(0, fitted.dropped.length - LISTED_DROPS) + unread;
  return {
    source: fitted.source,
    block,
    tokens: fitted.tokens,
    budgetTokens: sourceBudgets[name],
    included: fitted.included.map(({ text: _, ...part }, index) => ({ ...part, ...placesOfSource[index] })),
    dropped: fitted.dropped.slice(0, LISTED_DROPS),
    unread: unlisted || undefined,
  };
}

import type { ContextSource } from '../contract/context.ts';
import { countTokens, cutToTokens } from './tokens.ts';

/** Token budgets of the six sources; headers are counted in them. */
export const sourceBudgets = {
  SOUL: 800,
  MEMORY: 1200,
  SKILL: 600,
  HEARTBEAT: 100,
  WORKSPACE: 800,
  REFERENCE_INDEX: 200,
  REFERENCE: 800,
} as const;

export interface ContextPart {
  /** Name of the document or id of the entry. */
  readonly id: string;
  readonly version: number | string;
  /** May be left empty (with its tokens) for a part that the caller knows to lie behind the budget. */
  readonly text: string;
  /** `countTokens(text)`, counted once when it was written. */
  readonly tokens: number;
  /** Larger is kept first; of equals, the one given first. */
  readonly priority: number;
}

export interface FittedSource {
  readonly source: ContextSource;
  readonly included: readonly {
    readonly id: string;
    readonly version: string;
    /** With its heading. */
    readonly tokens: number;
    readonly cut?: boolean;
    /** As it will stand in the prompt, heading included. */
    readonly text: string;
  }[];
  readonly dropped: readonly { readonly id: string; readonly tokens: number; readonly why: 'over_budget' | 'empty' }[];
  /** At most the budget; 0 when nothing is included. */
  readonly tokens: number;
}

/** `lines`: one "- text" a part, as facts and index entries are. `documents`: the text under a heading with its name. */
export type PartForm = 'lines' | 'documents';

const FORM_OF_SOURCE: Record<ContextSource, PartForm> = {
  SOUL: 'documents',
  MEMORY: 'lines',
  SKILL: 'documents',
  HEARTBEAT: 'lines',
  WORKSPACE: 'documents',
  REFERENCE: 'documents',
};

/** A document's beginning shorter than this tells the model nothing. */
const LEAST_CUT_TOKENS = 40;
const CUT_MARK = '\n[cut]';
const CUT_MARK_TOKENS = 4;
/** Joining a part to its neighbours may split a token that stood at its edge. */
const JOINT_TOKENS = 1;

/**
 * Chooses what of a source enters the prompt, by priority, so that its element (`renderStable`, `renderVolatile`) has at
 * most `budgetTokens` tokens. A part that does not fit is cut when it is a document, or when nothing else is in yet;
 * lines are dropped whole and smaller ones behind them still get their chance.
 */
export function fitSource(request: {
  source: ContextSource;
  parts: readonly ContextPart[];
  budgetTokens: number;
  form?: PartForm;
}): FittedSource {
  const { source, parts, form = FORM_OF_SOURCE[source] } = request;
  const included: FittedSource['included'][number][] = [];
  const dropped: FittedSource['dropped'][number][] = [];
  const frameTokens = countTokens(element(source, '')) + 2 * JOINT_TOKENS;
  let left = request.budgetTokens - frameTokens;

  for (const part of parts.toSorted((a, b) => b.priority - a.priority)) {
    const { id } = part;
    const version = String(part.version);
    if (part.text.trim() === '') {
      dropped.push({ id, tokens: part.tokens, why: part.tokens > 0 ? 'over_budget' : 'empty' });
      continue;
    }
    const body = neutralised(part.text);
    const bodyTokens = body === part.text ? part.tokens : countTokens(body);
    const heading = headingOf(id, form);
    const headingTokens = countTokens(heading) + JOINT_TOKENS;
    const tokens = headingTokens + bodyTokens + JOINT_TOKENS;
    if (tokens <= left) {
      included.push({ id, version, tokens, text: heading + body });
      left -= tokens;
      continue;
    }
    const room = left - headingTokens - CUT_MARK_TOKENS - JOINT_TOKENS;
    if (room < LEAST_CUT_TOKENS || (form === 'lines' && included.length > 0)) {
      dropped.push({ id, tokens: part.tokens, why: 'over_budget' });
      continue;
    }
    const kept = cutToTokens(body, room);
    const cutTokens = headingTokens + kept.tokens + CUT_MARK_TOKENS + JOINT_TOKENS;
    included.push({ id, version, tokens: cutTokens, cut: true, text: heading + kept.text + CUT_MARK });
    left -= cutTokens;
  }

  const tokens = included.reduce((sum, part) => sum + part.tokens, included.length > 0 ? frameTokens : 0);
  return { source, included, dropped, tokens };
}

/** The system prompt's part of the context: the sources that rarely change, so that prompt caches hold. */
export function renderStable(sources: {
  soul: FittedSource;
  skill: FittedSource;
  referenceIndex: FittedSource;
}): string {
  return rendered([sources.soul, sources.skill, sources.referenceIndex]);
}

/**
 * The context that may change every turn, as the text of a user message behind the transcript: empty, or one
 * `<context source="…">` element a source, what changes most at the end.
 */
export function renderVolatile(sources: {
  reference: FittedSource;
  memory: FittedSource;
  workspace: FittedSource;
  heartbeat: FittedSource;
}): string {
  return rendered([sources.reference, sources.memory, sources.workspace, sources.heartbeat]);
}

function rendered(sources: readonly FittedSource[]): string {
  return sources
    .filter((fitted) => fitted.included.length > 0)
    .map((fitted) => element(fitted.source, fitted.included.map((part) => part.text).join('\n')))
    .join('\n');
}

function element(source: ContextSource, content: string): string {
  return `<context source="${source}">\n${content}\n</context>`;
}

function headingOf(id: string, form: PartForm): string {
  return form === 'lines' ? '- ' : `# ${neutralised(id.replace(/\s+/g, ' '))}\n`;
}

/** A text can neither close its element nor open one that claims another source. */
function neutralised(text: string): string {
  return text.replace(/<(\s*\/?\s*context)/gi, '&lt;$1');
}

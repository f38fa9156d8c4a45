import type { ContextSource } from '../contract/context.ts';
import { countTokens, cutToTokens } from './tokens.ts';

/** The token budgets of the six sources. Headings count towards them. */
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
  /** The name of the document or the id of the entry. */
  readonly id: string;
  readonly version: number | string;
  /** The caller may leave it empty, with `tokens` as they are, for a part that it knows to be over budget. */
  readonly text: string;
  /** `countTokens(text)`, counted once when the text was written. */
  readonly tokens: number;
  /** Parts with a larger priority are kept first; of two with the same, the one that is given first. */
  readonly priority: number;
}

export interface FittedSource {
  readonly source: ContextSource;
  readonly included: readonly {
    readonly id: string;
    readonly version: string;
    /** The heading is included. */
    readonly tokens: number;
    readonly cut?: boolean;
    /** The text as it will stand in the prompt, heading included. */
    readonly text: string;
  }[];
  readonly dropped: readonly { readonly id: string; readonly tokens: number; readonly why: 'over_budget' | 'empty' }[];
  /** At most the budget, and 0 when nothing is included. */
  readonly tokens: number;
}

/**
 * `lines`: each part is one line "- text", such as a fact or an index entry. `documents`: a text under a heading with
 * its name.
 */
export type PartForm = 'lines' | 'documents';

const FORM_OF_SOURCE: Record<ContextSource, PartForm> = {
  SOUL: 'documents',
  MEMORY: 'lines',
  SKILL: 'documents',
  HEARTBEAT: 'lines',
  WORKSPACE: 'documents',
  REFERENCE: 'documents',
};

/** A shorter beginning of a document tells the model nothing. */
const LEAST_CUT_TOKENS = 40;
const CUT_MARK = '\n[cut]';
const CUT_MARK_TOKENS = 4;
/** Joining a part to its neighbours may split a token at its edge. */
const JOINT_TOKENS = 1;

/**
 * Chooses, by priority, which parts of a source enter the prompt, so that the element of the source (`renderStable`,
 * `renderVolatile`) has at most `budgetTokens` tokens. A part that does not fit is cut if it is a document, or if no
 * other part is included yet. Otherwise it is dropped whole, and a smaller part behind it may still be included.
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

/**
 * The part of the context that goes into the system prompt: sources that rarely change, so prompt caches stay valid.
 */
export function renderStable(sources: {
  soul: FittedSource;
  skill: FittedSource;
  referenceIndex: FittedSource;
}): string {
  return rendered([sources.soul, sources.skill, sources.referenceIndex]);
}

/**
 * The part of the context that may change every turn, as the text of a user message behind the transcript. It has one
 * `<context source="…">` element for each source that is not empty. The source that changes most comes last.
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

/** Keeps a text from closing its element, and from opening one that claims to be another source. */
function neutralised(text: string): string {
  return text.replace(/<(\s*\/?\s*context)/gi, '&lt;$1');
}

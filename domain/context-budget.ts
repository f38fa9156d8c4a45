import type { ContextSource } from '../contract/context.ts';
import type { FoundBy } from './meaning.ts';
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
  /** The reason for the priority of the part. */
  readonly why?: string | undefined;
  /** The ways in which a fact was found, if it concerns the conversation. */
  readonly foundBy?: readonly FoundBy[] | undefined;
  /** Set: the part is dropped, whatever room there is, for this reason. */
  readonly left?: DropReason | undefined;
}

export type DropReason = 'over_budget' | 'empty' | 'repeat';

export interface IncludedPart {
  readonly id: string;
  readonly version: string;
  /** The heading is included. */
  readonly tokens: number;
  readonly cut?: true | undefined;
  /** The tokens of the whole text. Set if the text is cut. */
  readonly wholeTokens?: number | undefined;
  readonly why?: string | undefined;
  readonly foundBy?: readonly FoundBy[] | undefined;
  /** The text as it will stand in the prompt, heading included. */
  readonly text: string;
}

export interface DroppedPart {
  readonly id: string;
  readonly version: string;
  readonly tokens: number;
  readonly why: DropReason;
}

export interface FittedSource {
  readonly source: ContextSource;
  /** In the order in which the parts were given. */
  readonly included: readonly IncludedPart[];
  readonly dropped: readonly DroppedPart[];
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
/** Joining a part to its neighbours may split a token at its edge. */
const JOINT_TOKENS = 1;

/**
 * Chooses, by priority, which parts of a source enter the prompt, so that the element of the source (context-text.ts) has at
 * most `budgetTokens` tokens. A part that does not fit is cut if it is a document, or if no other part is included yet.
 * Otherwise it is dropped whole, and a smaller part behind it may still be included.
 */
export function fitSource(request: {
  source: ContextSource;
  parts: readonly ContextPart[];
  budgetTokens: number;
  form?: PartForm;
}): FittedSource {
  const { source, parts, form = FORM_OF_SOURCE[source] } = request;
  const included = new Map<ContextPart, IncludedPart>();
  const dropped = new Map<ContextPart, DropReason>();
  const frameTokens = countTokens(element(source, '')) + 2 * JOINT_TOKENS;
  let left = request.budgetTokens - frameTokens;

  for (const part of parts.toSorted((a, b) => b.priority - a.priority)) {
    const { id, why, foundBy } = part;
    const version = String(part.version);
    if (part.left !== undefined) {
      dropped.set(part, part.left);
      continue;
    }
    if (part.text.trim() === '') {
      dropped.set(part, part.tokens > 0 ? 'over_budget' : 'empty');
      continue;
    }
    const body = neutralised(part.text);
    const bodyTokens = body === part.text ? part.tokens : countTokens(body);
    const heading = headingOf(id, form);
    const headingTokens = countTokens(heading) + JOINT_TOKENS;
    const tokens = headingTokens + bodyTokens + JOINT_TOKENS;
    if (tokens <= left) {
      included.set(part, { id, version, tokens, why, foundBy, text: heading + body });
      left -= tokens;
      continue;
    }
    if (form === 'lines' && included.size > 0) {
      dropped.set(part, 'over_budget');
      continue;
    }
    const note = cutNote(part.tokens);
    const noteTokens = countTokens(note) + JOINT_TOKENS;
    const room = left - headingTokens - noteTokens - JOINT_TOKENS;
    if (room < LEAST_CUT_TOKENS) {
      dropped.set(part, 'over_budget');
      continue;
    }
    const kept = cutToTokens(body, room);
    const cutTokens = headingTokens + kept.tokens + noteTokens + JOINT_TOKENS;
    const text = heading + kept.text + note;
    included.set(part, { id, version, tokens: cutTokens, cut: true, wholeTokens: part.tokens, why, foundBy, text });
    left -= cutTokens;
  }

  const inOrder = parts.flatMap((part) => included.get(part) ?? []);
  const tokens = inOrder.reduce((sum, part) => sum + part.tokens, inOrder.length > 0 ? frameTokens : 0);
  return {
    source,
    included: inOrder,
    dropped: parts.flatMap((part) => {
      const why = dropped.get(part);
      return why === undefined ? [] : [{ id: part.id, version: String(part.version), tokens: part.tokens, why }];
    }),
    tokens,
  };
}

/** An element of a source, as it stands in the prompt. */
export function element(source: ContextSource, content: string): string {
  return `${openingTag(source)}${content}\n</context>`;
}

export function openingTag(source: ContextSource): string {
  return `<context source="${source}">\n`;
}

/** The last line of a text of which the prompt shows only the beginning. */
function cutNote(tokens: number): string {
  return `\n[cut: this is the beginning of ${tokens} tokens]`;
}

function headingOf(id: string, form: PartForm): string {
  return form === 'lines' ? '- ' : `# ${neutralised(id.replace(/\s+/g, ' '))}\n`;
}

/** Keeps a text from closing its element, and from opening one that claims to be another source. */
function neutralised(text: string): string {
  return text.replace(/<(\s*\/?\s*context)/gi, '&lt;$1');
}

import { element, type FittedSource, openingTag } from './context-budget.ts';

/** Sources as a text of the prompt. */
export interface ContextText {
  readonly text: string;
  /** For each source, where each of its included parts stands in the text, in UTF-16 code units. */
  readonly places: ReadonlyMap<FittedSource, readonly TextPlace[]>;
}

export interface TextPlace {
  readonly start: number;
  readonly length: number;
}

/**
 * The part of the context that goes into the system prompt: sources that rarely change, so prompt caches stay valid.
 */
export function renderStable(sources: {
  soul: FittedSource;
  skill: FittedSource;
  referenceIndex: FittedSource;
}): ContextText {
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
}): ContextText {
  return rendered([sources.reference, sources.memory, sources.workspace, sources.heartbeat]);
}

function rendered(sources: readonly FittedSource[]): ContextText {
  const places = new Map<FittedSource, TextPlace[]>();
  let text = '';
  for (const fitted of sources) {
    if (fitted.included.length === 0) continue;
    if (text !== '') text += '\n';
    let start = text.length + openingTag(fitted.source).length;
    const placesOfSource: TextPlace[] = [];
    for (const part of fitted.included) {
      placesOfSource.push({ start, length: part.text.length });
      start += part.text.length + 1;
    }
    places.set(fitted, placesOfSource);
    text += element(fitted.source, fitted.included.map((part) => part.text).join('\n'));
  }
  return { text, places };
}

import type { FoundBy } from './meaning.ts';
import type { SourceManifest } from './turn-record.ts';

/** A manifest with the texts of its parts, and with tokens as the model counts them. */
export type SourceView = Omit<SourceManifest, 'block' | 'included' | 'dropped'> & {
  readonly included: IncludedView[];
  readonly dropped: SourceManifest['dropped'][number][];
};

type IncludedView = Omit<SourceManifest['included'][number], 'start' | 'length' | 'foundBy'> & {
  readonly foundBy?: FoundBy[] | undefined;
  /** Absent: a version stored the turn that did not keep where its parts stand. */
  readonly text?: string | undefined;
};

/** The two texts of a context: the stable prefix of the prompt, and its end. */
export interface ContextTexts {
  readonly system: string;
  readonly volatile: string;
}

/** Shows the sources of a turn. @param tokenRatio how many tokens the model counts for one of ours */
export function sourceViews(sources: readonly SourceManifest[], texts: ContextTexts, tokenRatio: number): SourceView[] {
  const counted = (tokens: number) => Math.ceil(tokens * tokenRatio);
  return sources.map(({ block, included, dropped, tokens, ...source }) => ({
    ...source,
    tokens: counted(tokens),
    included: included.map(({ start, length, ...part }) => ({
      ...part,
      tokens: counted(part.tokens),
      wholeTokens: part.wholeTokens === undefined ? undefined : counted(part.wholeTokens),
      foundBy: part.foundBy && [...part.foundBy],
      text: textAt(block === undefined ? undefined : texts[block], start, length),
    })),
    dropped: dropped.map((part) => ({ ...part, tokens: counted(part.tokens) })),
  }));
}

function textAt(text: string | undefined, start: number | undefined, length: number | undefined): string | undefined {
  if (text === undefined || start === undefined || length === undefined) return undefined;
  return text.slice(start, start + length);
}

import type { ShownTexts } from '../../db/queries/taint.ts';
import type { SourceManifest } from '../../domain/turn-record.ts';

/** The texts of the agent's memory and documents that the prompt of a turn shows, or names. */
export function shownTexts(sources: readonly SourceManifest[]): ShownTexts {
  const shown = sources.flatMap(({ source, included }) =>
    included.map(({ id }) => ({ kind: source.toLowerCase(), name: id })),
  );
  return {
    memoryIds: shown.flatMap(({ kind, name }) => (kind === 'memory' ? [name] : [])),
    documents: shown.filter(({ kind }) => kind !== 'memory'),
  };
}

import type { ShownTexts } from '../../db/queries/taint.ts';
import type { SessionContext } from '../../domain/session-context.ts';
import type { SourceManifest } from '../../domain/turn-record.ts';

/** The texts of the agent's memory and documents that the prompt of a turn shows, or names. Those of the session itself are a person's. */
export function shownTexts(sources: readonly SourceManifest[], own: SessionContext | null): ShownTexts {
  const ofSession = new Set(Object.keys(own ?? {}));
  const shown = sources.flatMap(({ source, included }) =>
    included.map(({ id }) => ({ kind: source.toLowerCase(), name: id })),
  );
  return {
    memoryIds: shown.flatMap(({ kind, name }) => (kind === 'memory' ? [name] : [])),
    documents: shown.filter(({ kind }) => kind !== 'memory' && !ofSession.has(kind)),
  };
}

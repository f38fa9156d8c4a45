import { createGuardedFetch } from '../../processes/egress-guard.ts';
import type { EmbeddingsSettings } from '../../processes/embeddings-settings.ts';
import type { Report } from '../../processes/log-line.ts';
import { createEmbeddingsClient } from './embeddings-client.ts';
import { createMeaning, type Meaning, type MeaningDeps } from './meaning.ts';

/** 64 vectors of 8,192 numbers, as JSON. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/**
 * Opens the embedding model of this installation, and says in the log what memory is searched by.
 * @param options.settings undefined: there is none, and memory is searched by words alone
 */
export function openMeaning(
  options: Pick<MeaningDeps, 'hasVectorExtension' | 'nowMs' | 'meter'> & {
    readonly settings: EmbeddingsSettings | undefined;
    readonly report: Report;
  },
): { readonly meaning: Meaning | undefined /** Gives up all requests. */; close(): Promise<void> } {
  const { settings, ...deps } = options;
  if (settings === undefined) {
    deps.report({ event: 'memory_search', by: 'words', cause: 'memory.no_embeddings' });
    return { meaning: undefined, close: async () => undefined };
  }
  // The operator chose this one address. It is no address that a tenant may name.
  const guarded = createGuardedFetch({ allow: [new URL(settings.url).host], maxResponseBytes: MAX_ANSWER_BYTES });
  const embed = createEmbeddingsClient({ fetch: guarded.fetch, settings });
  const closing = new AbortController();
  const meaning = createMeaning({
    ...deps,
    embed,
    model: settings.model,
    waitMs: settings.waitMs,
    signal: closing.signal,
  });
  void meaning.space();
  let closed: Promise<void> | undefined;
  return {
    meaning,
    close() {
      closing.abort();
      closed ??= guarded.close();
      return closed;
    },
  };
}

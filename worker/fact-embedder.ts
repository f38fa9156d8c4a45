import type { Database } from '../db/database.ts';
import {
  claimFactsWithoutVector,
  releaseFacts,
  storeFactVectors,
  tenantsWithoutVectors,
} from '../db/queries/fact-vector.ts';
import type { VectorSpace } from '../domain/meaning.ts';
import type { Meaning } from '../models/embeddings/meaning.ts';
import type { Suspensions } from '../processes/suspensions.ts';
import { repeating } from './repeating.ts';

export interface FactEmbedderDeps {
  readonly db: Database;
  readonly meaning: Pick<Meaning, 'space' | 'vectorsOf'>;
  readonly suspensions: Pick<Suspensions, 'begin'>;
  readonly reached: (point: 'facts_embedded.after') => void;
  readonly warn: (message: string, error?: unknown) => void;
  /** Default 2 s. */
  readonly everyMs?: number | undefined;
  /** The facts that are sent at once. Default 64. */
  readonly batch?: number | undefined;
}

/** Longer than any request for vectors takes, retries of single texts included. Then the worker that took the facts has died. */
const CLAIM_MS = 120_000;

/**
 * Gives facts their vectors, so that they are found by their meaning. A worker claims some facts, asks the embedding model
 * without a transaction, and stores the vectors. If it dies in between, the claim runs out and another worker does it again. The
 * tenants take turns, and the suspension of one gives up the request with its facts. Facts with a vector of another model are made anew, and until then are found by their words.
 */
export function createFactEmbedder(deps: FactEmbedderDeps): { close(): Promise<void> } {
  const { db, meaning, batch = 64 } = deps;
  const closing = new AbortController();
  const sweep = repeating({
    everyMs: deps.everyMs ?? 2_000,
    onError: (error) => deps.warn('Facts could not be given their vectors; it is tried again.', error),
    async work() {
      const space = await meaning.space();
      if (space === undefined) return;
      for (let more = true; more && !closing.signal.aborted; ) {
        more = false;
        for (const tenantId of await db.serviceTransaction((tx) => tenantsWithoutVectors(tx, space.id))) {
          if (closing.signal.aborted) return;
          const outcome = await embedSome(tenantId, space);
          if (outcome === 'away') return;
          if (outcome === 'some') more = true;
        }
      }
    },
  });

  /** @returns `none` when other workers have all facts of the tenant that lack a vector, or the tenant is suspended */
  async function embedSome(tenantId: string, space: VectorSpace): Promise<'some' | 'none' | 'away'> {
    const { suspended, end } = deps.suspensions.begin(tenantId);
    try {
      return await embedFacts(tenantId, space, suspended);
    } finally {
      end();
    }
  }

  async function embedFacts(
    tenantId: string,
    space: VectorSpace,
    suspended: AbortSignal,
  ): Promise<'some' | 'none' | 'away'> {
    const facts = await db.transaction(tenantId, (tx) =>
      claimFactsWithoutVector(tx, space.id, { limit: batch, claimMs: CLAIM_MS }),
    );
    if (facts.length === 0) return 'none';
    const texts = facts.map(({ fact }) => fact);
    const vectors = await meaning.vectorsOf(tenantId, texts, space, suspended);
    deps.reached('facts_embedded.after');
    await db.transaction(tenantId, async (tx) => {
      if (vectors === undefined) {
        const ids = facts.map(({ id }) => id);
        return releaseFacts(tx, ids);
      }
      const stored = facts.map(({ id, hash }, index) => ({ id, hash, stored: vectors[index] ?? null }));
      storeFactVectors(tx, space.id, stored);
    });
    if (vectors !== undefined) return 'some';
    return suspended.aborted ? 'none' : 'away';
  }

  return {
    close() {
      closing.abort();
      return sweep.stop();
    },
  };
}

/**
 * Measures how long it takes to read and assemble the context of a turn of an agent with 10,000 memory entries and 1,000
 * documents, and of an agent with none, each with another message every time, so that no cache holds it. Where a Postgres with
 * pgvector can be had, the first agent is also measured with messages that have a vector of 1,536 numbers.
 * Not measured: a Postgres on another machine, a memory that does not fit the memory of Postgres.
 */
import pg from 'pg';
import { createDatabase, type Database } from '../../db/database.ts';
import { putContextDocument } from '../../db/queries/context-document.ts';
import { EVERYTHING, readContextSources } from '../../db/queries/context-sources.ts';
import { claimFactsWithoutVector, storeFactVectors } from '../../db/queries/fact-vector.ts';
import { noteFact } from '../../db/queries/memory-entry.ts';
import { assembleContext } from '../../domain/context-assembly.ts';
import { conversationOf } from '../../domain/conversation.ts';
import { factKey } from '../../domain/fact-key.ts';
import { storedVector } from '../../domain/meaning.ts';
import { countTokens } from '../../domain/tokens.ts';
import { startVectorServer } from '../../test/fixtures/db/vector-postgres.ts';
import { startTestDatabase } from '../../test/fixtures/mcp/postgres.ts';
import { type Metric, median, quantile, rounded } from '../metric.ts';
import { runBenchmark } from '../run-benchmark.ts';

const TENANT = 'ten_bench';
const FULL = 'full-agent';
const EMPTY = 'empty-agent';
const FACTS = 10_000;
const FACTS_OF_A_TRANSACTION = 500;
const DOCUMENTS = { soul: 1, skill: 49, workspace: 150, reference: 800 } as const;
const VECTORS_OF_A_TRANSACTION = 50;
const NUMBERS = 1_536;
/** All facts count as close, so that the search finds as many as it may. */
const SPACE = { id: `bench/${NUMBERS}`, unrelated: -1 };
const WARM_UPS = 30;
const PAIRS = 200;

await runBenchmark('context', async ({ log, onEnd }) => {
  const vectorServer = await startVectorServer().catch((error: Error) => log(`without vectors: ${error.message}`));
  if (vectorServer) onEnd(() => vectorServer.stop());
  const server = vectorServer ? { url: vectorServer.url, stop: async () => undefined } : undefined;
  const postgres = await startTestDatabase({ server, vectors: true });
  onEnd(() => postgres.stop());
  const db = createDatabase({ url: postgres.serviceUrl, applicationName: 'bench', plansByKey: true });
  onEnd(() => db.close());
  const words = wordSource();
  await postgres.database.serviceTransaction(async (tx) => {
    await tx.query('tenant', `INSERT INTO tenant (id, name) VALUES ($1, 'bench')`, [TENANT]);
    await tx.query(
      'agents',
      `INSERT INTO agent (tenant_id, agent_id, display_name) SELECT $1, a, a FROM unnest($2::text[]) AS a`,
      [TENANT, [FULL, EMPTY]],
    );
  });
  const vectors = vectorSource();
  await fill(db, words);
  if (vectorServer) await fillVectors(db, vectors);
  // Autovacuum does this within minutes.
  const vacuum = new pg.Client(postgres.url);
  await vacuum.connect();
  await vacuum.query('VACUUM ANALYZE');
  await vacuum.end();
  log(`${FACTS} facts and 1,000 documents are written`);

  const contextMs = async (agentId: string, vector?: readonly number[]) => {
    const about = conversationOf([`Tell me about ${words(8)}, and what ${words(2)} means.`], words(20));
    const sinceMs = performance.now();
    const asked = vector && { kind: 'given' as const, vector: { ...storedVector(vector), space: SPACE } };
    const read = { agentId, sessionId: null, about, extent: EVERYTHING, asked };
    const sources = await db.transaction(TENANT, (tx) => readContextSources(tx, read));
    const agent = { agentId, displayName: agentId, department: null, role: 'agent' };
    assembleContext({ ...sources, agent, startedAt: null, warnings: [], tokenRatio: 1 });
    return performance.now() - sinceMs;
  };
  for (let nth = 0; nth < WARM_UPS; nth++) for (const agentId of [FULL, EMPTY]) await contextMs(agentId);
  const full: number[] = [];
  const empty: number[] = [];
  const meant: number[] = [];
  for (let nth = 0; nth < PAIRS; nth++) {
    full.push(await contextMs(FULL));
    empty.push(await contextMs(EMPTY));
    if (vectorServer) meant.push(await contextMs(FULL, vectors()));
  }
  const metric = (times: readonly number[], share: number): Metric => ({
    value: rounded(quantile(times, share)),
    floor: rounded(quantile(empty, share)),
    ratio: rounded(median(times.map((ms, nth) => ms / (empty[nth] ?? ms)))),
    unit: 'ms',
  });
  return {
    context_10000_facts_1000_documents_p50: metric(full, 0.5),
    context_10000_facts_1000_documents_p95: metric(full, 0.95),
    ...(vectorServer ? { context_10000_facts_by_meaning_p50: metric(meant, 0.5) } : {}),
  };
});

async function fillVectors(db: Database, vectors: () => number[]): Promise<void> {
  for (;;) {
    const facts = await db.transaction(TENANT, (tx) =>
      claimFactsWithoutVector(tx, SPACE.id, { limit: FACTS_OF_A_TRANSACTION, claimMs: 60_000 }),
    );
    if (facts.length === 0) return;
    const stored = facts.map(({ id, hash }) => ({ id, hash, stored: storedVector(vectors()) }));
    for (let first = 0; first < stored.length; first += VECTORS_OF_A_TRANSACTION) {
      const some = stored.slice(first, first + VECTORS_OF_A_TRANSACTION);
      await db.transaction(TENANT, async (tx) => storeFactVectors(tx, SPACE.id, some));
    }
  }
}

/** Vectors without any meaning, always the same ones in the same order. */
function vectorSource(): () => number[] {
  let state = 20_261_130;
  return () =>
    Array.from({ length: NUMBERS }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state / 2 ** 32 - 0.5;
    });
}

async function fill(db: Database, words: (count: number) => string): Promise<void> {
  for (let first = 0; first < FACTS; first += FACTS_OF_A_TRANSACTION) {
    await db.transaction(TENANT, async (tx) => {
      for (let nth = first; nth < first + FACTS_OF_A_TRANSACTION; nth++) {
        const fact = `Fact ${nth} of project ${nth % 10}: ${words(12)}.`;
        await noteFact(tx, {
          id: `mem_bench${String(nth).padStart(8, '0')}`,
          agentId: nth % 3 === 0 ? null : FULL,
          block: (['human', 'project', 'general', 'general'] as const)[nth % 4] ?? 'general',
          fact,
          tokens: countTokens(fact),
          pinned: nth % 1_000 === 0,
          key: factKey(fact),
        });
      }
    });
  }
  for (const kind of ['soul', 'skill', 'workspace', 'reference'] as const) {
    for (let nth = 0; nth < DOCUMENTS[kind]; nth++) {
      const content = `# ${words(3)}\n\n${Array.from({ length: 8 }, () => words(60)).join('\n\n')}`;
      const document = { agentId: FULL, kind, name: `${kind}-${nth}.md`, content, tokens: countTokens(content) };
      await db.transaction(TENANT, (tx) => putContextDocument(tx, document));
    }
  }
}

/** Words of a made-up language, some of them frequent and most of them rare, always the same ones in the same order. */
function wordSource(): (count: number) => string {
  const vocabulary = Array.from({ length: 8_000 }, (_, nth) => {
    const syllables = [nth % 20, Math.floor(nth / 20) % 20, Math.floor(nth / 400)];
    return syllables.map((each) => `${'bcdfghjklmnpqrstvwxz'[each]}${'aeiou'[each % 5]}`).join('');
  });
  let state = 20_261_130;
  return (count) =>
    Array.from({ length: count }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return vocabulary[Math.floor((state / 2 ** 32) ** 3 * vocabulary.length)];
    }).join(' ');
}

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Tx } from '../../../db/database.ts';
import { migrate } from '../../../db/migrate.ts';
import { EVERYTHING, readContextSources } from '../../../db/queries/context-sources.ts';
import { claimFactsWithoutVector, storeFactVectors } from '../../../db/queries/fact-vector.ts';
import {
  deleteMemoryEntry,
  type NewMemoryEntry,
  noteFacts,
  updateMemoryEntry,
} from '../../../db/queries/memory-entry.ts';
import { closeFacts, hasFactVectors } from '../../../db/queries/query-vector.ts';
import { hasVectorExtension } from '../../../db/queries/vector-extension.ts';
import { conversationOf } from '../../../domain/conversation.ts';
import { factKey } from '../../../domain/fact-key.ts';
import { type AskedVector, storedVector } from '../../../domain/meaning.ts';
import { createEmbeddingsClient } from '../../../models/embeddings/embeddings-client.ts';
import { createMeaning, type Meaning } from '../../../models/embeddings/meaning.ts';
import type { LogLine } from '../../../processes/log-line.ts';
import { createSuspensions } from '../../../processes/suspensions.ts';
import { embeddingOf } from '../../../simulated/embeddings/embedding-of.ts';
import { createFactEmbedder } from '../../../worker/fact-embedder.ts';
import { startVectorServer, type VectorServer } from '../../fixtures/db/vector-postgres.ts';
import { newTestId } from '../../fixtures/mcp/connections.ts';
import { startTestDatabase, type TestDatabase } from '../../fixtures/mcp/postgres.ts';
import { type EmbeddingsEndpoint, startEmbeddingsEndpoint } from '../../fixtures/models/embeddings-endpoint.ts';
import { readSchema } from '../../support/schema/read-schema.ts';
import { until } from '../../support/until.ts';

const LENGTH = 256;
const SPACE = `simulated-embedding/${LENGTH}`;
const UNRELATED = 0.02;

const server = await startVectorServer().catch((error: Error) => error);
if (server instanceof Error) {
  const reason = `needs a Postgres with pgvector: ${server.message}`;
  test(reason, (context) => context.skip(reason));
} else {
  describe('a Postgres with pgvector', () => testsOn(server));
}

const asked = (text: string, length = LENGTH, space = SPACE): AskedVector => ({
  ...storedVector(embeddingOf(text, length)),
  space: { id: space, unrelated: UNRELATED },
});

function testsOn(vectorServer: VectorServer): void {
  let postgres: TestDatabase;
  let tenantId: string;
  const run = <T>(work: (tx: Tx) => Promise<T>, tenant = tenantId) => postgres.service.transaction(tenant, work);
  const entry = (fact: string, rest: Partial<NewMemoryEntry> = {}): NewMemoryEntry => ({
    id: newTestId('mem'),
    agentId: 'a1',
    block: 'general',
    fact,
    tokens: 2,
    pinned: false,
    key: factKey(fact),
    ...rest,
  });
  const note = async (facts: readonly string[], rest: Partial<NewMemoryEntry> = {}, tenant = tenantId) => {
    const noted = await run(
      (tx) =>
        noteFacts(
          tx,
          facts.map((fact) => entry(fact, rest)),
        ),
      tenant,
    );
    return noted.map((each) => each.entry);
  };
  const claim = (limit = 64, claimMs = 60_000, space = SPACE) =>
    run((tx) => claimFactsWithoutVector(tx, space, { limit, claimMs }));
  const embed = async (space = SPACE, length = LENGTH) => {
    const facts = await claim(1_000, 60_000, space);
    const stored = facts.map(({ id, hash, fact }) => ({ id, hash, stored: storedVector(embeddingOf(fact, length)) }));
    await run(async (tx) => storeFactVectors(tx, space, stored));
    return facts;
  };
  const found = async (
    text: string,
    { agentId = 'a1' as string | null, tenant = tenantId, vector = asked(text) } = {},
  ) => (await run((tx) => closeFacts(tx, agentId, { kind: 'given', vector }, 40), tenant)).map(({ fact }) => fact);

  const newTenant = async () => {
    const id = newTestId('ten');
    await postgres.database.serviceTransaction(async (tx) => {
      await tx.query('test-tenant', `INSERT INTO tenant (id, name) VALUES ($1, 'test')`, [id]);
      await tx.query(
        'test-agent',
        `INSERT INTO agent (tenant_id, agent_id, display_name) VALUES ($1, 'a1', 'A'), ($1, 'a2', 'B')`,
        [id],
      );
    });
    return id;
  };

  beforeAll(async () => {
    postgres = await startTestDatabase({
      server: { url: vectorServer.url, stop: async () => undefined },
      vectors: true,
    });
  });
  afterAll(async () => {
    await postgres?.stop();
    await vectorServer.stop();
  });
  beforeEach(async () => {
    tenantId = await newTenant();
  });

  test('[context:memory:found-by-meaning] finds a fact that has no word of the question, for its agent and tenant alone', async () => {
    const stranger = await newTenant();
    await note(['The user drives an old automobile.', 'The office has blue chairs.']);
    await note(['All of us like our cars: an automobile is fun.'], { agentId: null });
    await note(['Another automobile of another agent.'], { agentId: 'a2' });
    await note(['A foreign automobile.'], {}, stranger);
    expect(await run((tx) => hasFactVectors(tx, 'a1'))).toBe(false);
    await embed();
    expect(await found('Which car does she have?')).toEqual([
      'The user drives an old automobile.',
      'All of us like our cars: an automobile is fun.',
    ]);
    expect(await found('Which car does she have?', { agentId: null })).toHaveLength(3);
    expect(await found('Which car does she have?', { tenant: stranger })).toEqual([]);
    const sources = await run((tx) =>
      readContextSources(tx, {
        agentId: 'a1',
        sessionId: null,
        about: conversationOf(['Which car does she have?'], ''),
        extent: EVERYTHING,
        asked: { kind: 'given', vector: asked('Which car does she have?') },
      }),
    );
    expect(sources.memory.search).toBe('words_and_meaning');
    expect(
      sources.memory.entries.map(({ fact, score, closeness }) => [
        fact.slice(0, 9),
        score !== null,
        closeness !== null,
      ]),
    ).toEqual(
      expect.arrayContaining([
        ['The user ', false, true],
        ['All of us', true, true],
        ['The offic', false, false],
      ]),
    );
  });

  test('[context:memory:vectors-follow-facts] a fact that is changed or deleted loses its vector, and a vector of its old text is not stored', async () => {
    const [changed, deleted, raced] = await note(['An automobile.', 'A fast automobile.', 'A red automobile.']);
    const claimed = await claim();
    await run((tx) => updateMemoryEntry(tx, raced?.id ?? '', { fact: { text: 'A tree.', tokens: 2, key: 'a tree' } }));
    const stored = claimed.map(({ id, hash, fact }) => ({ id, hash, stored: storedVector(embeddingOf(fact, LENGTH)) }));
    await run(async (tx) => storeFactVectors(tx, SPACE, stored));
    expect((await found('car')).toSorted()).toEqual(['A fast automobile.', 'An automobile.']);
    await run((tx) =>
      updateMemoryEntry(tx, changed?.id ?? '', { fact: { text: 'A bush.', tokens: 2, key: 'a bush' } }),
    );
    await run((tx) => deleteMemoryEntry(tx, deleted?.id ?? ''));
    expect(await found('car')).toEqual([]);
    expect((await embed()).map(({ fact }) => fact).toSorted()).toEqual(['A bush.', 'A tree.']);
    await run((tx) => updateMemoryEntry(tx, changed?.id ?? '', { pinned: true }));
    expect(await claim()).toEqual([]);
  });

  test('[context:memory:vectors-follow-facts] two workers never take the same fact, and a fact whose worker died is taken again', async () => {
    await note(Array.from({ length: 40 }, (_, nth) => `Fact ${nth}.`));
    const claims = (await Promise.all([claim(15), claim(15), claim(15)])).flat().map(({ id }) => id);
    expect([claims.length, new Set(claims).size]).toEqual([40, 40]);
    expect(await claim()).toEqual([]);
    await note(['One more.']);
    expect(await claim(1, 0)).toHaveLength(1);
    expect((await claim()).map(({ fact }) => fact)).toEqual(['One more.']);
  });

  test('[context:memory:models-are-not-mixed] vectors of another model are never compared, and are made anew', async () => {
    await note(['The user drives an old automobile.', 'It rains.']);
    await embed();
    const other = 'another/128';
    const vector = asked('car', 128, other);
    expect(await found('car', { vector })).toEqual([]);
    expect(await embed(other, 128)).toHaveLength(2);
    expect(await found('car', { vector })).toEqual(['The user drives an old automobile.']);
    expect(await found('car')).toEqual([]);
  });

  test('[context:memory:words-without-the-extension] the schema is the same with the extension and without it, and a database that gets it later searches by meaning at once', async () => {
    const bare = await startTestDatabase({ server: { url: vectorServer.url, stop: async () => undefined } });
    try {
      const schemas = await Promise.all(
        [bare, postgres].map(({ database }) => database.serviceTransaction(readSchema)),
      );
      expect(schemas[0]).toBe(schemas[1]);
      const has = () => bare.service.serviceTransaction(hasVectorExtension);
      const search = () =>
        bare.service.transaction('ten_x', (tx) => closeFacts(tx, null, { kind: 'given', vector: asked('car') }, 5));
      await bare.database.serviceTransaction((tx) =>
        tx.query('tenant-x', `INSERT INTO tenant (id, name) VALUES ('ten_x', 'x')`),
      );
      await bare.service.transaction('ten_x', async (tx) => {
        await noteFacts(tx, [entry('An automobile.', { agentId: null })]);
        const [fact] = await claimFactsWithoutVector(tx, SPACE, { limit: 1, claimMs: 1_000 });
        if (fact !== undefined) {
          storeFactVectors(tx, SPACE, [{ ...fact, stored: storedVector(embeddingOf(fact.fact, LENGTH)) }]);
        }
      });
      expect([await has(), (await search()).length]).toEqual([false, 0]);
      await migrate(bare.url, { vectors: true });
      expect([await has(), (await search()).length]).toEqual([true, 1]);
    } finally {
      await bare.stop();
    }
  });

  describe('a worker', () => {
    let endpoint: EmbeddingsEndpoint;
    let nowMs = 0;
    let lines: LogLine[];
    beforeEach(async () => {
      endpoint = await startEmbeddingsEndpoint();
      lines = [];
    });
    afterEach(() => endpoint.stop());

    const meaningOf = () =>
      createMeaning({
        embed: createEmbeddingsClient({
          fetch,
          settings: { url: `${endpoint.url}/embeddings`, model: 'simulated-embedding', apiKey: undefined },
        }),
        model: 'simulated-embedding',
        waitMs: 5_000,
        hasVectorExtension: () => postgres.service.serviceTransaction(hasVectorExtension),
        nowMs: () => nowMs,
        meter: { add: () => undefined },
        report: (line) => lines.push(line),
      });
    const suspensions = createSuspensions(() => new Error('suspended'));
    const working = async <T>(meaning: Meaning, look: () => Promise<T>) => {
      const embedder = createFactEmbedder({
        ...{ db: postgres.service, meaning, suspensions, warn: () => undefined, reached: () => undefined },
        everyMs: 20,
        batch: 8,
      });
      return look().finally(() => embedder.close());
    };
    const causes = () => lines.map((line) => ('cause' in line ? line.cause : ''));

    test('[context:memory:made-in-the-background] gives all facts their vectors in batches, and those of a model with another length anew', async () => {
      const facts = Array.from({ length: 20 }, (_, nth) => `Fact ${nth} about an automobile.`);
      await note(facts);
      const meaning = meaningOf();
      await working(meaning, () => until('20 vectors', async () => (await found('automobile fact')).length === 20));
      expect(endpoint.requests.every((texts) => texts.length <= 8)).toBe(true);
      const sent = () => endpoint.requests.flat().filter((text) => facts.includes(text));
      expect(sent().toSorted()).toEqual(facts.toSorted());
      endpoint.length = 64;
      await note(['A last fact about an automobile.']);
      await working(meaning, () =>
        until('vectors of the new model', async () => {
          const vector = asked('automobile fact', 64, 'simulated-embedding/64');
          return (await found('', { vector })).length === 21;
        }),
      );
      expect(causes()).toEqual(['memory.embeddings']);
    });

    test('[context:memory:end-point-away-harms-nothing] leaves an end point alone that is away, loses no fact, and goes on when it is back', async () => {
      await note(['An automobile.']);
      endpoint.answer = () => 503;
      const meaning = meaningOf();
      await working(meaning, async () => {
        await until('a first failure', () => lines.length > 0);
        expect(await meaning.vectorOf('ten_a', 'car')).toBeUndefined();
        const before = endpoint.requests.length;
        expect(await meaning.vectorOf('ten_a', 'car')).toBeUndefined();
        expect(endpoint.requests).toHaveLength(before);
        endpoint.answer = () => 200;
        nowMs += 60_001;
        await until('the vector', async () => (await found('car')).length === 1);
      });
      expect(await meaning.vectorOf('ten_a', 'car')).toMatchObject({ space: { id: SPACE } });
      expect(causes()).toEqual(['embeddings.refused', 'memory.embeddings']);
    });

    test('[tenant:suspend:gives-up-waits] facts of a tenant that is suspended are not waited for, those of others are, and the end point is not taken to be away', async () => {
      await note(['An automobile.']);
      const meaning = meaningOf();
      await meaning.space();
      let asks = 0;
      endpoint.answer = (texts) => (texts.includes('An automobile.') && ++asks === 1 ? 'hang' : 200);
      await working(meaning, async () => {
        await until('a request that is not answered', () => asks === 1);
        suspensions.found([tenantId]);
        await until('the vector', async () => (await found('car')).length === 1);
      });
      expect(causes()).toEqual(['memory.embeddings']);
    });

    test.each([400, 500])(
      '[context:memory:end-point-away-harms-nothing] a fact that the model refuses with %i keeps no other from its vector, and is not sent again',
      async (status) => {
        const facts = ['An automobile.', `Poison ${'x'.repeat(500)}`, 'A fast automobile.'];
        await note(facts);
        const meaning = meaningOf();
        await meaning.space();
        endpoint.answer = (texts) => (texts.some((text) => text.startsWith('Poison')) ? status : 200);
        await working(meaning, () => until('the vectors', async () => (await found('car')).length === 2));
        const requests = endpoint.requests.length;
        expect(await claim()).toEqual([]);
        await working(meaning, () =>
          note(['A red automobile.']).then(() => until('it', async () => (await found('car')).length === 3)),
        );
        const later = endpoint.requests.slice(requests).flat();
        expect(later.filter((text) => text.startsWith('Poison'))).toEqual([]);
      },
    );
  });
}

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startVectorServer, type VectorServer } from '../../fixtures/db/vector-postgres.ts';
import { type EmbeddingsEndpoint, startEmbeddingsEndpoint } from '../../fixtures/models/embeddings-endpoint.ts';
import type { ApiClient } from '../../support/client.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';
import { until } from '../../support/until.ts';

const server = await startVectorServer().catch((error: Error) => error);
if (server instanceof Error) {
  const reason = `needs a Postgres with pgvector: ${server.message}`;
  test(reason, (context) => context.skip(reason));
} else {
  describe('a stack with an embedding model and pgvector', () => testsOn(server));
}

interface Fact {
  readonly id: string;
  readonly why?: string;
  readonly foundBy?: readonly string[];
  readonly found_by?: readonly string[];
  readonly fact?: string;
  readonly text?: string;
}
interface Source {
  readonly source: string;
  readonly search?: string;
  readonly included: readonly Fact[];
}

const CAR = 'The user drives an old automobile.';
const QUESTION = 'Which car does she have?';

function testsOn(vectorServer: VectorServer): void {
  let stack: TestStack;
  let endpoint: EmbeddingsEndpoint;
  let agentId: string;

  beforeAll(async () => {
    endpoint = await startEmbeddingsEndpoint();
    stack = await startTestStack({
      databaseUrl: await vectorServer.newDatabase('agent_runs'),
      env: {
        AGENT_RUNS_EMBEDDINGS_URL: endpoint.url,
        AGENT_RUNS_EMBEDDINGS_MODEL: 'simulated-embedding',
        // On a busy machine an answer takes a while.
        AGENT_RUNS_EMBEDDINGS_WAIT_S: '10',
      },
      restartWorkerAtOnce: true,
    });
  });
  beforeEach(async () => {
    agentId = await stack.newAgent();
    endpoint.answer = () => 200;
  });
  afterEach(() => checkInvariants(stack));
  afterAll(async () => {
    await stack?.stop();
    await Promise.all([endpoint?.stop(), vectorServer.stop()]);
  });

  const note = (fact: string, rest: object = {}, api: ApiClient = stack.api) =>
    api.call<Fact>('POST', '/v1/memory/entries', { fact, agent_id: agentId, ...rest });
  const query = async (text: string) => {
    const body = { query: text, agent_id: agentId };
    return (await stack.api.call<{ data: Fact[] }>('POST', '/v1/memory/query', body)).data;
  };
  const foundByMeaning = (fact: string) =>
    until(`the vector of "${fact}"`, async () =>
      (await query(QUESTION)).find((each) => each.fact === fact && each.found_by?.includes('meaning')),
    );
  const memoryOf = async (sessionId: string, turn = 0) => {
    const path = `/v1/agents/${agentId}/sessions/${sessionId}/turns/${turn}/context`;
    const { manifest } = await stack.api.call<{ manifest: { sources: Source[] } }>('GET', path);
    return manifest.sources.find(({ source }) => source === 'MEMORY');
  };
  /** More facts than MEMORY has room for, all newer and about something else. */
  const fillMemory = () =>
    stack.api.call('POST', '/v1/memory/init', {
      agent_id: agentId,
      documents: [
        {
          content: Array.from({ length: 60 }, (_, nth) => `- Ledger ${nth}: ${'grain silo weighed '.repeat(12)}`).join(
            '\n',
          ),
        },
      ],
    });

  test('[context:memory:found-by-meaning] a fact without a word of the message is in the prompt of its turn and of the next, the manifest says how it was found, and search and preview find it, too', async () => {
    const { id } = await note(CAR, { block: 'human' });
    await fillMemory();
    await foundByMeaning(CAR);
    const script = await stack.script({
      turns: [[{ toolCalls: [{ name: 'memory_search', args: { query: 'vehicle' } }] }], [{ text: 'An old one.' }]],
    });
    const run = await stack.api.run(agentId, { message: QUESTION, models: script.models });
    await run.ended();
    for (const turn of [0, 1]) {
      const memory = await memoryOf(run.sessionId, turn);
      expect(memory?.search).toBe('words_and_meaning');
      expect(memory?.included[0]).toMatchObject({ id, why: 'relevant', foundBy: ['meaning'] });
    }
    const prompts = (await script.report()).requests.map(({ body }) => JSON.stringify(body));
    expect(prompts.map((prompt) => prompt.includes(CAR))).toEqual([true, true]);
    expect(run.ofType('agent.tool_result')[0]?.preview).toContain(CAR);
    const preview = await stack.api.call<{ sources: Source[] }>(
      'GET',
      `/v1/agents/${agentId}/context/preview?message=${encodeURIComponent(QUESTION)}`,
    );
    const previewed = preview.sources.find(({ source }) => source === 'MEMORY');
    expect([previewed?.search, previewed?.included[0]?.found_by]).toEqual(['words_and_meaning', ['meaning']]);
  });

  test('[context:memory:found-by-meaning] a message to a session is searched by its own meaning, and one with an idempotency key is, too', async () => {
    await note(CAR, { block: 'human' });
    await note('The physician comes on Monday.', { block: 'human' });
    await fillMemory();
    await foundByMeaning(CAR);
    const script = await stack.script({ turns: [[{ text: 'Yes?' }], [{ text: 'On Monday.' }]] });
    const run = await stack.api.run(agentId, { message: QUESTION, models: script.models, on_complete: 'idle' });
    await run.waitForType('session.status_idle');
    await until('the vector of the other fact', async () =>
      (await query('doctor')).some((each) => each.found_by?.includes('meaning')),
    );
    const event = { type: 'user.message', text: 'When does the doctor come?' };
    const path = `/v1/sessions/${run.sessionId}/events`;
    const sent = await stack.api.request('POST', path, event, { 'idempotency-key': `key-${run.sessionId}` });
    expect(sent.status).toBe(202);
    await until('the second turn', async () => run.ofType('session.status_idle').length === 2);
    const found = async (turn: number) =>
      (await memoryOf(run.sessionId, turn))?.included.filter(({ foundBy }) => foundBy?.includes('meaning'));
    expect((await found(0))?.map(({ text }) => text)).toEqual([expect.stringContaining(CAR)]);
    expect((await found(1))?.[0]?.text).toContain('physician');
    await stack.api.steer(agentId, run.sessionId, { type: 'user.interrupt' });
    await run.ended();
  });

  test('[context:memory:found-by-meaning] [I10] the end point reads messages as the guardrails leave them, and none of an agent whose facts have no vectors', async () => {
    const secret = `ghp_${'x7Kq2'.repeat(7)}a`;
    stack.secrets.add(secret);
    const script = await stack.script({ turns: [[{ text: 'I see.' }]], repeatLastAttempt: true });
    const ask = async () =>
      (await stack.api.run(agentId, { message: `Here is ${secret} for the car.`, models: script.models })).ended();
    const before = endpoint.requests.length;
    await ask();
    expect(endpoint.requests).toHaveLength(before);
    await note(CAR);
    await foundByMeaning(CAR);
    await ask();
    const texts = endpoint.requests.flat();
    expect(texts.filter((text) => text.includes('for the car'))).toHaveLength(1);
    expect(texts.filter((text) => text.includes(secret))).toEqual([]);
  });

  test('[context:memory:end-point-away-harms-nothing] an end point that fails keeps no message from being accepted and no turn from its end, which searches by words', async () => {
    await note(CAR);
    await foundByMeaning(CAR);
    endpoint.answer = () => 503;
    const script = await stack.script({
      turns: [[{ toolCalls: [{ name: 'memory_search', args: { query: 'automobile' } }] }], [{ text: 'Yes.' }]],
    });
    const run = await stack.api.run(agentId, { message: QUESTION, models: script.models });
    await run.ended();
    expect((await memoryOf(run.sessionId))?.search).toBe('words');
    expect(run.ofType('agent.tool_result')[0]?.preview).toContain(CAR);
    await note('A second automobile stands in the yard.');
    endpoint.answer = () => 200;
    await foundByMeaning('A second automobile stands in the yard.');
  });

  test('[context:memory:made-in-the-background] a fact whose worker is killed with its vector in hand gets it when the claim has run out', async () => {
    stack.killWorkerAt('facts_embedded.after');
    await note(CAR);
    await until('the death of the worker', () => stack.faultHappened());
    await stack.workerReady();
    await stack.db.serviceTransaction((tx) =>
      tx.query('two-minutes-pass', 'UPDATE memory_entry SET vector_due_at = now() WHERE vector_due_at > now()'),
    );
    await foundByMeaning(CAR);
  });
}

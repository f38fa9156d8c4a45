import { afterAll, beforeAll, expect, test } from 'vitest';
import { costNanoUsd, worstCaseNanoUsd } from '../../../domain/prices.ts';
import { createCallModelOnce } from '../../../models/call-model-once.ts';
import { createProviderCatalog } from '../../../models/catalog.ts';
import { simulatedModels } from '../../../models/kinds/simulated.ts';
import type { TranscriptMessage } from '../../../models/model-call.ts';
import { createGuardedFetch, type GuardedFetch } from '../../../processes/egress-guard.ts';
import { createSimulatedProvider } from '../../../simulated/provider.ts';

let server: { readonly url: string; readonly port: number; close(): Promise<void> };
let guarded: GuardedFetch;

beforeAll(async () => {
  server = await createSimulatedProvider({ delays: 'none' }).listen(0);
  guarded = createGuardedFetch({ allow: [`127.0.0.1:${server.port}`] });
});

afterAll(async () => {
  await guarded.close();
  await server.close();
});

const tools = ['workspace_search', 'workspace_read', 'memory_append'].map((name) => ({
  name,
  description: `Runs ${name}.`,
  inputSchema: {
    type: 'object',
    properties: { query: { type: 'string' }, path: { type: 'string' }, fact: { type: 'string' } },
  },
}));

test.each(simulatedModels.map(({ id }) => id))(
  '%s: a conversation with tools and reasoning is accepted on every turn',
  async (model) => {
    const row = { kind: 'simulated', name: 'simulated', baseUrl: server.url };
    const spec = createProviderCatalog()
      .modelsOfProvider(row)
      .find((each) => each.model === model);
    if (spec === undefined) throw new Error('not in the catalog');
    const { provider, kind, protocol, baseUrl, rates } = spec;
    const callModelOnce = createCallModelOnce({ fetch: guarded.fetch });

    const messages: TranscriptMessage[] = [
      { role: 'user', text: 'Research the notes on AI safety and summarise them.' },
    ];
    let calls = 0;
    for (let turn = 0; turn < 4; turn++) {
      const maxRequestBytes = 50_000;
      const answer = await callModelOnce({
        target: { provider, kind, model, protocol, baseUrl, apiKey: 'simulated' },
        system: 'You are a research agent.',
        messages,
        tools,
        maxOutputTokens: 1_000,
        maxRequestBytes,
        signal: new AbortController().signal,
      });
      if (answer.usage === undefined) throw new Error('no usage');
      const cost = costNanoUsd(rates, answer.usage);
      expect(cost > 0n && cost <= worstCaseNanoUsd(rates, maxRequestBytes, 1_000)).toBe(true);

      const toolCalls = answer.toolCalls.map(({ name, args }, index) => ({
        id: `call_${turn}_${index}`,
        name,
        args: args ?? {},
      }));
      messages.push({
        role: 'assistant',
        text: answer.text,
        toolCalls,
        ...(answer.reasoning && { reasoning: answer.reasoning }),
      });
      if (toolCalls.length === 0) break;
      calls += toolCalls.length;
      for (const { id, name } of toolCalls) {
        messages.push({ role: 'tool', toolCallId: id, toolName: name, output: '{"results":[]}', isError: false });
      }
    }
    expect(calls).toBeGreaterThan(0);
  },
);

import type { BenchStack } from '../bench-stack.ts';
import type { HangingModel, HangingRequest } from './hanging-model.ts';

/** Sessions that stay in their first model call. */
export interface HangingSessions {
  start(): Promise<{ readonly id: string; readonly call: HangingRequest }>;
}

/** Dealt out among agents, each of which may run a hundred at once. */
export async function hangingSessions(bench: BenchStack, hanging: HangingModel): Promise<HangingSessions> {
  const agents = await bench.agents(4);
  await bench.client.send('POST', '/v1/providers', {
    provider: 'openai-compatible',
    name: 'hanging',
    base_url: hanging.baseUrl,
    models: [{ id: 'hanging', input_usd_per_mtok: 0.1, output_usd_per_mtok: 0.1 }],
  });
  let started = 0;
  return {
    async start() {
      const path = `/v1/agents/${agents[started++ % agents.length]}/sessions`;
      const session = await bench.client.send('POST', path, { message: 'Wait.', models: ['hanging/*'] });
      if (typeof session !== 'object' || session === null || !('id' in session)) throw new Error('No session.');
      return { id: String(session.id), call: await hanging.nextRequest() };
    },
  };
}

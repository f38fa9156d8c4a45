import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ModelProtocol } from '../../../models/model-call.ts';
import { carriedImages } from '../../../simulated/media/carried-media.ts';
import { gif, jpeg, png, userImage, webp } from '../../support/images.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { kindOfProtocol } from '../../support/kind-of-protocol.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';
import { type StrictServer, startStrictServer } from '../../support/strict-server.ts';
import type { ToolServer } from '../../support/tool-server.ts';

let stack: TestStack;
let strict: StrictServer;
let camera: ToolServer;
/** What each model was shown, request by request. */
const shown = new Map<string, number[]>();

const TEMPLATE = 'template-vl';

beforeAll(async () => {
  stack = await startTestStack();
  camera = await stack.toolServer('camera', { effect: 'read', idempotent: true });
  strict = await startStrictServer({
    limits: () => ({ contextWindow: 1_000_000, maxOutputTokens: 100_000 }),
    template: (protocol) => (protocol === 'openai-chat' ? 'strict' : undefined),
    answer({ protocol, model, body, forSummary, turn }) {
      if (forSummary) return { text: 'Pictures were taken.', toolCalls: [] };
      shown.set(model, [...(shown.get(model) ?? []), carriedImages(protocol, body).length]);
      const of = [png(640, 480, turn), jpeg(300, 200), webp(90, 80)].map((content) => ({
        type: 'image/png',
        data: content.toString('base64'),
      }));
      const look = { name: camera.tool('pictures'), args: { of } };
      if (turn === 0) return { text: '', toolCalls: [look, { name: camera.tool('echo'), args: { text: 'x' } }, look] };
      return { text: 'Seen.', toolCalls: [] };
    },
  });
});
afterEach(() => checkInvariants(stack));
afterAll(async () => {
  await strict.close();
  await stack.stop();
});

async function connect(protocol: ModelProtocol, model: string): Promise<string> {
  const price = { input_usd_per_mtok: 1, output_usd_per_mtok: 4 };
  await stack.api.call('POST', '/v1/providers', {
    provider: kindOfProtocol[protocol],
    name: model,
    api_key: 'strict-key',
    base_url: strict.baseUrl(protocol),
    models: [{ id: model, ...price, capabilities: ['tools', 'images'], context_window: 200_000 }],
  });
  return `${model}/*`;
}

test.each<{ protocol: ModelProtocol; model: string; sees: readonly number[]; refused: number }>([
  { protocol: 'anthropic-messages', model: 'claude-strict', sees: [2, 8, 9], refused: 0 },
  { protocol: 'google-generate', model: 'gemini-2.5-strict', sees: [2, 8, 9], refused: 0 },
  { protocol: 'google-generate', model: 'gemini-3-strict', sees: [2, 8, 9], refused: 0 },
  // It takes texts only, although its registration says otherwise.
  { protocol: 'openai-chat', model: TEMPLATE, sees: [0, 0, 0], refused: 1 },
])(
  '[image:wire:where-the-protocol-takes-them] [image:refused:sent-once-more-without] $model, as strict as the real server, takes images of users and of parallel calls, and a steered one behind them',
  async ({ protocol, model, sees, refused }) => {
    const agentId = await stack.newAgent();
    const before = strict.refused.length;
    const images = [userImage(png(20, 10)), userImage(gif(5, 4), 'image/gif')];
    const run = await stack.api.run(agentId, {
      message: 'Look.',
      images,
      models: [await connect(protocol, model)],
      on_complete: 'idle',
    });
    await run.waitForType('session.status_idle');
    await stack.api.steer(agentId, run.sessionId, {
      type: 'user.message',
      text: 'And this?',
      images: [userImage(png(7, 7))],
    });
    await run.waitFor(({ type, data }) => type === 'agent.message' && data.turnIndex === 2);
    await stack.api.steer(agentId, run.sessionId, { type: 'user.interrupt' });
    await run.ended();

    expect(shown.get(model)).toEqual(sees);
    const refusals = strict.refused
      .slice(before)
      .filter(({ message }) => !message.includes('stream_options') && !message.includes('after role'));
    expect(refusals.map(({ message }) => message)).toHaveLength(refused);
    expect(run.ofType('br.model_selected').map(({ reason }) => reason)).not.toContain('failover');
  },
);

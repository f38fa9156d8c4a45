import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ModelProtocol } from '../../../models/model-call.ts';
import { carriedImages, carriedMedia } from '../../../simulated/media/carried-media.ts';
import { mp3, pdf, wav } from '../../support/files.ts';
import { gif, jpeg, png, webp } from '../../support/images.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';
import type { ToolServer } from '../../support/tool-server.ts';

let stack: TestStack;
let agentId: string;
let server: ToolServer;

beforeAll(async () => {
  stack = await startTestStack();
  agentId = await stack.newAgent();
  server = await stack.toolServer('camera', { effect: 'read', idempotent: true });
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const STAND_IN = /\[image \d+: image\/[a-z]+, \d+ × \d+, not shown to this model\]/g;

function pictures(...of: readonly Buffer[]) {
  const args = { of: of.map((content) => ({ type: 'image/png', data: content.toString('base64') })) };
  return { name: server.tool('pictures'), args };
}

function scripted(protocol: ModelProtocol, turns: object[], id: string, capabilities: string[] = ['images']) {
  const script = { turns: turns.map((attempt) => [attempt]) };
  return stack.script(script, { protocol, models: [{ id, inputUsdPerMtok: 1, outputUsdPerMtok: 4, capabilities }] });
}

test.each([
  ['anthropic-messages', 'claude-scripted', true],
  ['google-generate', 'gemini-2.5-scripted', true],
  ['google-generate', 'gemini-3-scripted', true],
  ['openai-chat', 'gpt-4.1-scripted', false],
] as const)(
  '[I3] [I4] [image:tool:reaches-the-model] [image:wire:where-the-protocol-takes-them] images of parallel calls reach a model of %s (%s) turn after turn, and all that it counts is within the bound',
  async (protocol, model, inResults) => {
    const looks = {
      toolCalls: [
        pictures(png(640, 480), jpeg(900, 700)),
        { name: server.tool('echo'), args: { text: 'None.' } },
        pictures(png(640, 480)),
      ],
    };
    const more = { toolCalls: [pictures(webp(1_800, 1_200), gif(64, 64))] };
    const script = await scripted(protocol, [looks, more, { text: 'I have seen all.' }], model);
    const run = await stack.api.run(agentId, { message: 'Look.', models: script.models });
    const ended = await run.ended();
    if (ended.reason !== 'completed') console.log(JSON.stringify(ended.error));

    // Parallel calls end in any order.
    const results = run.ofType('agent.tool_result');
    const inOrder = run
      .ofType('agent.tool_use')
      .map((use) => results.find(({ toolUseId }) => toolUseId === use.toolUseId));
    const [first, echo, third] = inOrder;
    expect(first?.preview).toBe('Before.\n[image 1: image/png, 640 × 480]\n[image 2: image/jpeg, 900 × 700]\nBehind.');
    expect(first?.imageIds).toHaveLength(2);
    expect(echo?.imageIds).toBeUndefined();
    expect(third?.imageIds).toEqual(first?.imageIds?.slice(0, 1));
    const image = await fetch(`${stack.baseUrl}/v1/sessions/${run.sessionId}/artifacts/${first?.imageIds?.[1]}`, {
      headers: { authorization: `Bearer ${stack.api.apiKey}` },
    });
    expect(image.headers.get('content-type')).toBe('image/jpeg');
    expect(Buffer.from(await image.arrayBuffer()).equals(jpeg(900, 700))).toBe(true);

    const { requests } = await script.report();
    const shown = requests.map(({ body }) => carriedImages(protocol, body).length);
    expect(shown).toEqual(inResults ? [0, 3, 5] : [0, 0, 0]);
    const hidden = requests.map(({ body }) => (JSON.stringify(body).match(STAND_IN) ?? []).length);
    expect(hidden).toEqual(inResults ? [0, 0, 0] : [0, 3, 5]);
    // A request begins with all that the one before began with.
    if (protocol !== 'google-generate') {
      const [, second, last] = requests.map(({ body }) =>
        JSON.stringify((body as { messages: object[] }).messages.slice(0, 3)),
      );
      expect(last?.replaceAll(/,"cache_control":\{[^}]*\}/g, '').slice(0, 2_000)).toBe(
        second?.replaceAll(/,"cache_control":\{[^}]*\}/g, '').slice(0, 2_000),
      );
    }
    const decision = await stack.api.call<{
      attempts: { excess_usd: number }[];
      selections: { candidates: { input_bound: { by: string } }[] }[];
    }>('GET', `/v1/sessions/${run.sessionId}/turns/2/decision`);
    expect(decision.attempts.map(({ excess_usd }) => excess_usd)).toEqual([0]);
    expect(decision.selections[0]?.candidates[0]?.input_bound.by).toBe('reported');
  },
);

test('[image:tool:reaches-the-model] a failed tool with an image tells its model that it failed, and what is no image is named in its result', async () => {
  const { name, args } = pictures(png(10, 10), Buffer.from('<svg/>'));
  const script = await scripted(
    'anthropic-messages',
    [{ toolCalls: [{ name, args: { ...args, isError: true } }] }, { text: 'It failed.' }],
    'claude-fail',
  );
  const run = await stack.api.run(agentId, { message: 'Look.', models: script.models });
  const ended = await run.ended();
  if (ended.reason !== 'completed') console.log(JSON.stringify(ended.error));
  const body = JSON.stringify((await script.report()).requests[1]?.body);
  expect(body).toContain('[The tool failed.] Before.');
  expect(body).toContain('left out: it is not a PNG, JPEG, GIF or WebP image]');
  expect(run.ofType('agent.tool_result')[0]).toMatchObject({
    isError: true,
    imageIds: [expect.stringMatching(/^img_[0-9a-z]{26}$/)],
  });
});

test('[image:window:old-ones-first] in a long session old images leave the prompt before old texts, and its requests stay within what a provider takes', async () => {
  const turns = 14;
  const look = (turn: number) => ({ toolCalls: [pictures(png(1_400, 1_000, turn), png(1_400, 1_000, turn + 100))] });
  const script = await scripted(
    'anthropic-messages',
    [...Array.from({ length: turns }, (_, turn) => look(turn)), { text: 'Done.' }],
    'claude-long',
  );
  const run = await stack.api.run(agentId, { message: 'Look.', models: script.models, max_turns: 20 });
  const ended = await run.ended();
  if (ended.reason !== 'completed') console.log(JSON.stringify(ended.error));
  const { requests } = await script.report();
  const shown = requests.map(({ body }) => carriedImages('anthropic-messages', body).map(({ data }) => data));
  expect(Math.max(...shown.map(({ length }) => length))).toBe(20);
  const newest = [turns - 1, turns + 99].map((shade) => png(1_400, 1_000, shade).toString('base64'));
  expect(shown.at(-1)?.slice(-2)).toEqual(newest);
  expect(JSON.stringify(requests.at(-1)?.body).match(STAND_IN)?.length).toBe(turns * 2 - (shown.at(-1)?.length ?? 0));
  expect(JSON.stringify(requests.at(-1)?.body).match(/Behind\./g)).toHaveLength(turns);
});

function blocks(...of: readonly { readonly type: string; readonly content: Buffer }[]) {
  const given = of.map(({ type, content }) => {
    const data = content.toString('base64');
    if (type.startsWith('audio/')) return { type: 'audio', mimeType: type, data };
    if (type.startsWith('image/')) return { type: 'image', mimeType: type, data };
    return { type: 'resource', resource: { uri: 'file:///a', mimeType: type, blob: data } };
  });
  return { name: server.tool('blocks'), args: { of: given } };
}

test.each<{ protocol: ModelProtocol; model: string; capabilities: string[]; shown: readonly string[] }>([
  {
    protocol: 'anthropic-messages',
    model: 'claude-files',
    capabilities: ['images', 'files'],
    shown: ['image', 'document'],
  },
  { protocol: 'anthropic-messages', model: 'claude-images', capabilities: ['images'], shown: ['image'] },
  {
    protocol: 'google-generate',
    model: 'gemini-2.5-files',
    capabilities: ['images', 'audio', 'files'],
    shown: ['document', 'image', 'sound', 'sound'],
  },
  { protocol: 'google-generate', model: 'gemini-3-sounds', capabilities: ['audio'], shown: ['sound', 'sound'] },
  { protocol: 'openai-chat', model: 'gpt-4.1-files', capabilities: ['images', 'audio', 'files'], shown: [] },
])(
  '[I3] [I4] [file:tool:reaches-the-model] [file:money:bound-by-length] sounds and documents of a tool reach $model of $protocol turn after turn ($shown), and all that it counts is within the bound',
  async ({ protocol, model, capabilities, shown }) => {
    const look = blocks(
      { type: 'application/octet-stream', content: wav(60) },
      { type: 'image/png', content: png(640, 480) },
      { type: 'application/pdf', content: pdf(3, { packs: true }) },
      { type: 'audio/mpeg', content: mp3(3) },
      { type: 'audio/ogg', content: Buffer.from('OggS') },
    );
    const script = await scripted(
      protocol,
      [{ toolCalls: [look] }, { toolCalls: [look] }, { text: 'Done.' }],
      model,
      capabilities,
    );
    const run = await stack.api.run(agentId, { message: 'Look.', models: script.models });
    const ended = await run.ended();
    if (ended.reason !== 'completed') console.log(JSON.stringify(ended.error));
    const [result] = run.ofType('agent.tool_result');
    expect(result?.preview.split('\n')).toEqual([
      expect.stringMatching(/^\[sound 1: audio\/wav, 0\.1 s, 1004 bytes, kept as file_[0-9a-z]{26}\]$/),
      '[image 2: image/png, 640 × 480]',
      expect.stringMatching(/^\[document 3: application\/pdf, 3 pages, \d+ bytes, kept as file_[0-9a-z]{26}\]$/),
      expect.stringMatching(/^\[sound 4: audio\/mpeg, 0\.1 s, 1251 bytes, kept as file_[0-9a-z]{26}\]$/),
      expect.stringMatching(/^\[audio audio\/ogg, 4 bytes, kept as file_[0-9a-z]{26}\]$/),
    ]);
    expect([result?.fileIds?.length, result?.imageIds?.length]).toEqual([4, 1]);
    const { requests } = await script.report();
    const seen = requests.map(({ body }) =>
      carriedMedia(protocol, body)
        .map(({ kind }) => kind)
        .sort(),
    );
    expect(seen).toEqual([[], [...shown].sort(), [...shown, ...shown].sort()]);
    const hidden = requests.map(
      ({ body }) =>
        (JSON.stringify(body).match(/\[(image|sound|document) \d: [^\]]+, not shown to this model\]/g) ?? []).length,
    );
    expect(hidden).toEqual([0, 4 - shown.length, 8 - 2 * shown.length]);
    const decision = await stack.api.call<{ attempts: { excess_usd: number }[] }>(
      'GET',
      `/v1/sessions/${run.sessionId}/turns/2/decision`,
    );
    expect(decision.attempts.map(({ excess_usd }) => excess_usd)).toEqual([0]);
    const transcript = await stack.api.call<{ data: { images?: object[] }[] }>(
      'GET',
      `/v1/sessions/${run.sessionId}/transcript`,
    );
    expect(transcript.data.flatMap(({ images = [] }) => images)).toMatchObject([{ width: 640 }, { width: 640 }]);
  },
);

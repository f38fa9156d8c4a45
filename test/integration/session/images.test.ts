import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ModelProtocol } from '../../../models/model-call.ts';
import { carriedImages } from '../../../simulated/media/carried-media.ts';
import type { RequestRecord } from '../../../simulated/scripts/request-record.ts';
import type { ScriptInput } from '../../../simulated/scripts/script-schema.ts';
import { gif, jpeg, png, userImage } from '../../support/images.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { shareStack } from '../../support/shared-stack.ts';
import type { SharedStack } from '../../support/stack.ts';
import { readHistory } from '../../support/temporal-history.ts';

let stack: SharedStack;
let agentId: string;

beforeAll(async () => {
  stack = await shareStack();
  agentId = await stack.newAgent();
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const STAND_IN = /\[image \d+: image\/[a-z]+, \d+ × \d+, not shown to this model\]/g;
const picture = png(640, 480);

interface Message {
  readonly role: string;
  readonly text: string;
  readonly images?: readonly { readonly id: string; readonly media_type: string; readonly width: number }[];
}

async function transcriptOf(sessionId: string): Promise<Message[]> {
  return (await stack.api.call<{ data: Message[] }>('GET', `/v1/sessions/${sessionId}/transcript`)).data;
}

function scripted(protocol: ModelProtocol, script: ScriptInput, id: string, capabilities: string[] = ['images']) {
  return stack.script(script, { protocol, models: [{ id, inputUsdPerMtok: 1, outputUsdPerMtok: 4, capabilities }] });
}

function imagesOf({ protocol, body }: RequestRecord): string[] {
  return carriedImages(protocol, body).map(({ data }) => data);
}

test('[image:user:reaches-the-model] [image:user:models-that-take-them-first] [image:stored:once-and-erased] a simulated model says what it sees, and the image can be read again', async () => {
  const run = await stack.api.run(agentId, {
    message: 'Say hello.',
    images: [userImage(picture), userImage(jpeg(30, 20), 'image/jpeg'), userImage(picture)],
    models: ['simulated/*'],
  });
  expect((await run.ended()).reason).toBe('completed');
  expect(run.ofType('agent.message').at(-1)?.text).toContain(
    'I see 3 images: image/png 640 × 480, image/jpeg 30 × 20, image/png 640 × 480.',
  );
  const [selected] = run.ofType('br.model_selected');
  expect(selected?.model).toBe('sim-sage');
  const others = selected?.candidates.filter(({ model }) => model !== 'sim-sage') ?? [];
  expect(others.map(({ why }) => why)).toEqual(['images_not_shown', 'images_not_shown']);

  const [message] = await transcriptOf(run.sessionId);
  expect(message?.images).toMatchObject([
    { media_type: 'image/png', width: 640, height: 480, bytes: picture.length },
    { media_type: 'image/jpeg' },
    { media_type: 'image/png' },
  ]);
  const [first, , third] = message?.images ?? [];
  expect(third?.id).toBe(first?.id);
  const rows = () =>
    stack.db.serviceTransaction((tx) =>
      tx.query('t-images', 'SELECT id FROM image WHERE session_id = $1', [run.sessionId]),
    );
  expect(await rows()).toHaveLength(2);

  const path = `/v1/sessions/${run.sessionId}/artifacts/${first?.id}`;
  const response = await fetch(stack.baseUrl + path, { headers: { authorization: `Bearer ${stack.api.apiKey}` } });
  expect(Buffer.from(await response.arrayBuffer()).equals(picture)).toBe(true);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'image/png',
    'content-length': String(picture.length),
    'content-disposition': `inline; filename="${first?.id}.png"`,
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
  });
  expect((await stack.api.request('GET', path)).status).toBe(200);
  const other = await stack.newTenant();
  expect((await other.request('GET', path)).status).toBe(404);

  const { texts } = await readHistory(stack.temporal, run.sessionId);
  const kept = texts.join('\n') + JSON.stringify(run.events);
  expect(kept).not.toContain(picture.toString('base64').slice(0, 60));
});

test('[image:user:reaches-the-model] a message with images wakes an idle session, and a model without images reads a line in place of each', async () => {
  const script = await scripted('openai-chat', { turns: [[{ text: 'One.' }], [{ text: 'Two.' }]] }, 'texts-only', []);
  const run = await stack.api.run(agentId, { message: 'Wait.', models: script.models, on_complete: 'idle' });
  await run.waitForType('session.status_idle');
  await stack.api.steer(agentId, run.sessionId, {
    type: 'user.message',
    text: 'What is this?',
    images: [userImage(gif(5, 4), 'image/gif'), userImage(picture)],
  });
  await run.waitFor(({ type, data }) => type === 'agent.message' && data.turnIndex === 1);
  const request = (await script.report()).requests[1];
  const body = JSON.stringify(request?.body);
  expect(body.match(STAND_IN)).toEqual([
    '[image 1: image/gif, 5 × 4, not shown to this model]',
    '[image 2: image/png, 640 × 480, not shown to this model]',
  ]);
  await stack.api.steer(agentId, run.sessionId, { type: 'user.interrupt' });
  await run.ended();
  expect((await transcriptOf(run.sessionId))[2]).toMatchObject({ text: 'What is this?', images: [{}, {}] });
});

test.each([
  ['anthropic-messages', 'openai-chat'],
  ['google-generate', 'anthropic-messages'],
  ['openai-chat', 'google-generate'],
] as const)(
  '[image:user:models-that-take-them-first] a session that changes from %s to a %s without images and back loses no image',
  async (one, other) => {
    const seeing = await scripted(
      one,
      {
        turns: [[{ text: 'I see.' }], [{ status: 429, retryAfter: '1' }], [{ text: 'I see it again.' }]],
        repeatLastAttempt: true,
      },
      'seeing',
    );
    const blind = await scripted(
      other,
      {
        turns: [[{ text: 'No.' }], [{ text: 'I read of it.' }], [{ status: 429, retryAfter: '60' }]],
        repeatLastAttempt: true,
      },
      'blind',
      [],
    );
    const models = [...seeing.models, ...blind.models];
    const run = await stack.api.run(agentId, {
      message: 'See.',
      images: [userImage(picture)],
      models,
      on_complete: 'idle',
    });
    const answered = (turn: number) =>
      run.waitFor(
        ({ type, data }) =>
          type === 'session.status_idle' && run.ofType('session.status_idle').length > turn && data.cause !== undefined,
      );
    await answered(0);
    await stack.api.steer(agentId, run.sessionId, { type: 'user.message', text: 'And now?' });
    await answered(1);
    await stack.api.steer(agentId, run.sessionId, {
      type: 'user.message',
      text: 'This one?',
      images: [userImage(png(10, 20))],
    });
    await answered(2);
    await stack.api.steer(agentId, run.sessionId, { type: 'user.interrupt' });
    await run.ended();

    expect(run.ofType('agent.message').map(({ model }) => model)).toEqual(['seeing', 'blind', 'seeing']);
    const [first, last] = (await seeing.report()).requests.filter(({ sent }) => sent.status === 200);
    const read = (await blind.report()).requests;
    const data = picture.toString('base64');
    expect(first && imagesOf(first)).toEqual([data]);
    expect(read.flatMap(imagesOf)).toEqual([]);
    expect(JSON.stringify(read[0]?.body)).toContain('[image 1: image/png, 640 × 480, not shown to this model]');
    expect(last && imagesOf(last)).toEqual([data, png(10, 20).toString('base64')]);
  },
);

const anImage = userImage(picture);
const cut = (bytes: Buffer) => bytes.subarray(0, bytes.length - 20);

test.each([
  { it: 'an address', images: [{ url: 'https://example.com/cat.png' }], status: 400, param: 'images.0.url' },
  {
    it: 'an address beside data',
    images: [{ ...anImage, url: 'https://example.com/cat.png' }],
    status: 400,
    param: 'images.0.url',
  },
  { it: 'no base64', images: [{ ...anImage, data: 'no base64!' }], status: 400, param: 'images.0.data' },
  { it: 'base64 of a URL', images: [{ ...anImage, data: 'ab-_' }], status: 400, param: 'images.0.data' },
  { it: 'nothing', images: [{ ...anImage, data: '' }], status: 400, param: 'images.0.data' },
  { it: 'no image at all', images: [], status: 400, param: 'images' },
  {
    it: 'another type than is said',
    images: [anImage, userImage(gif(1, 1))],
    status: 400,
    param: 'images.1.media_type',
  },
  {
    it: 'an SVG',
    images: [userImage(Buffer.from('<svg onload="alert(1)"/>'), 'image/svg+xml')],
    status: 400,
    param: 'images.0.media_type',
  },
  {
    it: 'an SVG that says it is a PNG',
    images: [userImage(Buffer.from('<svg/>'))],
    status: 400,
    param: 'images.0.data',
  },
  { it: 'a file that is cut off', images: [userImage(cut(picture))], status: 400, param: 'images.0.data' },
  { it: '0 × 0 pixels', images: [userImage(png(0, 0))], status: 400, param: 'images.0.data' },
  {
    it: '60,000 × 60,000 pixels',
    images: [userImage(jpeg(60_000, 60_000), 'image/jpeg')],
    status: 400,
    param: 'images.0.data',
  },
  {
    it: 'more than 512 KiB',
    images: [userImage(Buffer.concat([picture, Buffer.alloc(524_288)]))],
    status: 413,
    code: 'image_too_large',
  },
  {
    it: 'more than 720 KiB together',
    images: Array(2).fill(userImage(Buffer.concat([picture, Buffer.alloc(380_000)]))),
    status: 413,
    code: 'image_too_large',
  },
  { it: '17 images', images: Array(17).fill(anImage), status: 413, code: 'too_many_images' },
])(
  '[image:checked:whole-and-what-it-says] a message with $it is refused with $status, and no session is made',
  async ({ images, status, param, code }) => {
    const run = await stack.api.request('POST', `/v1/agents/${agentId}/sessions`, { message: 'Look.', images });
    expect(run).toMatchObject({ status, body: { error: { ...(param && { param }), ...(code && { code }) } } });
  },
);

test('[image:checked:whole-and-what-it-says] a live session refuses a message with an image that is none, and goes on', async () => {
  const script = await scripted('openai-chat', { turns: [[{ text: 'One.' }]] }, 'live');
  const run = await stack.api.run(agentId, { message: 'Wait.', models: script.models, on_complete: 'idle' });
  await run.waitForType('session.status_idle');
  const events = `/v1/sessions/${run.sessionId}/events`;
  const refused = await stack.api.request('POST', events, {
    type: 'user.message',
    text: 'x',
    images: [userImage(Buffer.from('BM'))],
  });
  expect(refused).toMatchObject({
    status: 400,
    body: { error: { message: expect.stringContaining('is not a PNG, JPEG, GIF or WebP image') } },
  });
  await stack.api.steer(agentId, run.sessionId, { type: 'user.interrupt' });
  await run.ended();
});

test('[I4] [image:money:bound-by-pixels] a run is refused when its cap can not hold its images, and reserves for their pixels and not for their bytes', async () => {
  const script = await scripted('anthropic-messages', { turns: [[{ text: 'I see.' }]] }, 'claude-dear');
  const noise = Buffer.concat([png(1_500, 1_500), Buffer.alloc(400_000, 7)]);
  const body = { message: 'Look.', images: [userImage(noise)], models: script.models };
  const cheap = await stack.api.request('POST', `/v1/agents/${agentId}/sessions`, { ...body, budget_cap_usd: 0.004 });
  expect(cheap).toMatchObject({ status: 402, body: { error: { code: 'budget_exhausted' } } });
  const run = await stack.api.run(agentId, { ...body, budget_cap_usd: 0.1 });
  expect((await run.ended()).reason).toBe('completed');
  const [selected] = await stack.api
    .call<{ selections: { candidates: { input_bound: { tokens: number } }[] }[] }>(
      'GET',
      `/v1/sessions/${run.sessionId}/turns/0/decision`,
    )
    .then(({ selections }) => selections);
  const tokens = selected?.candidates[0]?.input_bound.tokens ?? 0;
  expect(tokens).toBeGreaterThan(3_000);
  expect(tokens).toBeLessThan(40_000);
});

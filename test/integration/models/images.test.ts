import { afterEach, expect, test } from 'vitest';
import type { DialectSettings } from '../../../contract/provider-options.ts';
import type { ImageFacts } from '../../../domain/images/image-ref.ts';
import { readImage } from '../../../domain/images/read-image.ts';
import { createCallModelOnce } from '../../../models/call-model-once.ts';
import type { ModelProtocol, ModelRequest, TranscriptMessage } from '../../../models/model-call.ts';
import { createGuardedFetch, type GuardedFetch } from '../../../processes/egress-guard.ts';
import { carriedImages } from '../../../simulated/media/carried-media.ts';
import { seenImages } from '../../../simulated/media/image-rules.ts';
import { gif, jpeg, png, webp } from '../../support/images.ts';
import { kindOfProtocol } from '../../support/kind-of-protocol.ts';
import { anyAnswer, startEndpoint } from './endpoint.ts';

let endpoint: Awaited<ReturnType<typeof startEndpoint>>;
let guarded: GuardedFetch;

afterEach(async () => {
  await guarded.close();
  await endpoint.close();
});

const protocols = ['openai-chat', 'anthropic-messages', 'google-generate'] as const;

async function calling(protocol: ModelProtocol, answer = anyAnswer[protocol], model = 'm') {
  endpoint = await startEndpoint(answer);
  guarded = createGuardedFetch({ allow: ['127.0.0.0/8'] });
  const callModelOnce = createCallModelOnce({ fetch: guarded.fetch });
  const kind = kindOfProtocol[protocol];
  const target = { provider: 'p', kind, model, protocol, baseUrl: endpoint.baseUrl, apiKey: 'k-secret' };
  return (
    messages: readonly TranscriptMessage[],
    change: Partial<ModelRequest> & { dialect?: DialectSettings } = {},
  ) => {
    const { dialect, ...rest } = change;
    return callModelOnce({
      target: { ...target, dialect },
      system: 'Be brief.',
      messages,
      context: '<context source="MEMORY">\n- tea\n</context>',
      tools: [{ name: 'look', description: 'Looks.', inputSchema: { type: 'object', properties: {} } }],
      maxOutputTokens: 300,
      maxRequestBytes: 100_000,
      signal: new AbortController().signal,
      ...rest,
    });
  };
}

type ShownImage = ImageFacts & { readonly data?: string | undefined };

function shown(content: Buffer): ShownImage {
  const read = readImage(content);
  if (read.kind === 'invalid') throw new Error(read.why);
  return { ...read.facts, data: content.toString('base64') };
}
const hidden = ({ data: _, ...image }: ShownImage): ShownImage => image;

const one = shown(png(640, 480));
const two = shown(jpeg(300, 200));
const user = (text: string, ...images: ShownImage[]): TranscriptMessage => ({ role: 'user', text, images });
const calls = (...ids: string[]): TranscriptMessage => ({
  role: 'assistant',
  text: '',
  toolCalls: ids.map((id) => ({ id, name: 'look', args: {} })),
});
const result = (id: string, output: string, ...images: ShownImage[]): TranscriptMessage => ({
  role: 'tool',
  toolCallId: id,
  toolName: 'look',
  output,
  isError: false,
  images,
});

const place = (inResult: boolean, { mediaType, width, height }: ShownImage) => ({
  mediaType,
  width,
  height,
  inResult,
});

const cases: readonly {
  readonly name: string;
  readonly messages: readonly TranscriptMessage[];
  /** What the model sees of messages of the user, and of results where the protocol has a place for them. */
  readonly ofUser: readonly ShownImage[];
  readonly ofTools: readonly ShownImage[];
}[] = [
  { name: 'an image of a user', messages: [user('What is this?', one)], ofUser: [one], ofTools: [] },
  {
    name: 'several of several types',
    messages: [user('Compare.', one, two, shown(gif(5, 4)), shown(webp(9, 8))), user('Now.', two)],
    ofUser: [one, two, shown(gif(5, 4)), shown(webp(9, 8)), two],
    ofTools: [],
  },
  {
    name: 'an image of a tool',
    messages: [user('Look.'), calls('a'), result('a', 'Here it is.', one)],
    ofUser: [],
    ofTools: [one],
  },
  {
    name: 'images of parallel calls, one of which has no text',
    messages: [
      user('Look.', two),
      calls('a', 'b', 'c'),
      result('a', 'First.', one, two),
      result('b', 'None.'),
      result('c', '', two),
    ],
    ofUser: [two],
    ofTools: [one, two, two],
  },
  {
    name: 'images that the prompt has no room for, and one that it has',
    messages: [
      user('Look.', hidden(one)),
      calls('a'),
      result('a', 'Old.', hidden(two)),
      { role: 'assistant', text: 'I see.', toolCalls: [] },
      user('And this?', two),
    ],
    ofUser: [two],
    ofTools: [],
  },
];

test.each(protocols.flatMap((protocol) => cases.map((each) => ({ protocol, ...each }))))(
  '[image:wire:where-the-protocol-takes-them] $protocol takes $name',
  async ({ protocol, messages, ofUser, ofTools }) => {
    const call = await calling(protocol);
    const answer = await call(messages);
    const body = endpoint.received[0]?.body;
    const seen = seenImages(protocol, carriedImages(protocol, body));
    const inResults = protocol === 'openai-chat' ? [] : ofTools.map((image) => place(true, image));
    expect(seen.filter(({ inResult }) => !inResult)).toEqual(ofUser.map((image) => place(false, image)));
    expect(seen.filter(({ inResult }) => inResult)).toEqual(inResults);
    // Every image that is not shown has a line in its place.
    const all = messages.flatMap((message) => (message.role === 'assistant' ? [] : (message.images ?? [])));
    const standIns = JSON.stringify(body).match(/\[image \d+: image\/[a-z]+, \d+ × \d+, not shown to this model\]/g);
    expect(standIns ?? []).toHaveLength(all.length - seen.length);
    expect(answer.wireBytes.images).toBe(seen.length);
    // The context that changes from turn to turn is there once, and splits no result.
    expect(JSON.stringify(body).split('- tea')).toHaveLength(2);
    const bytes = Buffer.byteLength(endpoint.received[0]?.text ?? '');
    const data = carriedImages(protocol, body).reduce((sum, image) => sum + image.data.length, 0);
    expect(answer.wireBytes.sent).toBe(bytes - data);
  },
);

test.each([
  { model: 'gemini-3-pro-preview', within: true },
  { model: 'gemini-2.5-flash', within: false },
])(
  '[image:wire:where-the-protocol-takes-them] $model of Google gets an image of a tool where it takes one',
  async ({ model, within }) => {
    const call = await calling('google-generate', undefined, model);
    await call([user('Look.'), calls('a', 'b'), result('a', 'One.', one), result('b', 'Two.')]);
    const parts = endpoint.received[0]?.body.contents.at(-1).parts;
    const responses = parts.filter((part: object) => 'functionResponse' in part);
    expect(responses).toHaveLength(2);
    expect(responses[0].functionResponse.parts?.length ?? 0).toBe(within ? 1 : 0);
    expect(parts.filter((part: object) => 'inlineData' in part)).toHaveLength(within ? 0 : 1);
  },
);

const refusals: readonly { readonly words: string; readonly status?: number; readonly left: number }[] = [
  { words: 'This model does not support image input.', left: 0 },
  { words: 'Invalid content type. image_url is only supported by certain models.', left: 0 },
  { words: 'Image input modality is not enabled for models/gemma-3-1b-it', left: 0 },
  { words: 'unknown variant `image_url`, expected `text` at line 1 column 233', status: 422, left: 0 },
  {
    words: 'image input is not supported - hint: if this is unexpected, you may need to provide the mmproj',
    status: 500,
    left: 0,
  },
  { words: 'No endpoints found that support image input', status: 404, left: 0 },
  { words: 'm is not a multimodal model', left: 0 },
  { words: 'messages.0.content: Input should be a valid string', status: 422, left: 0 },
  { words: 'user: Input should be a valid string', left: 0 },
  { words: 'At most 1 image(s) may be provided in one prompt.', left: 1 },
  { words: 'Too many images provided. This model supports up to 2 images.', left: 2 },
];

test.each(refusals.flatMap((each) => protocols.map((protocol) => ({ protocol, ...each }))))(
  '[image:refused:sent-once-more-without] $protocol: "$words" is learned, and the request is sent again with $left images',
  async ({ protocol, words, status = 400, left }) => {
    const call = await calling(protocol, (response, request) => {
      const seen = carriedImages(protocol, request.body).length;
      if (seen <= left) return anyAnswer[protocol](response, request);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: words, type: 'invalid_request_error' } }));
    });
    const messages = [
      user('Old.', two),
      { role: 'assistant', text: 'I see.', toolCalls: [] } as const,
      user('New.', one, one),
    ];
    expect((await call(messages)).wireBytes.images).toBe(left);
    // The newest images are those that stay.
    const kept = carriedImages(protocol, endpoint.received[1]?.body);
    expect(kept.map(({ data }) => data)).toEqual(Array(left).fill(one.data));
    await call(messages);
    expect(endpoint.received).toHaveLength(3);
  },
);

test.each([
  { protocol: 'openai-chat', words: 'You uploaded an unsupported image. Please make sure your image is valid.' },
  { protocol: 'anthropic-messages', words: 'messages.0.content.0.image.source.base64.data: Could not process image' },
  { protocol: 'anthropic-messages', words: 'image exceeds 5 MB maximum: 5316852 bytes > 5242880 bytes' },
  { protocol: 'google-generate', words: 'Unable to process input image. Please retry or report in …' },
  { protocol: 'google-generate', words: 'Unsupported MIME type: image/gif is not supported' },
] as const)(
  '[image:refused:sent-once-more-without] $protocol: after "$words" this request is sent without images, and the next one with them',
  async ({ protocol, words }) => {
    const call = await calling(protocol, (response, request) => {
      const isBad = carriedImages(protocol, request.body).some(({ data }) => data === two.data);
      if (!isBad) return anyAnswer[protocol](response, request);
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: words } }));
    });
    expect((await call([user('What is this?', two)])).wireBytes.images).toBe(0);
    expect((await call([user('And this?', one)])).wireBytes.images).toBe(1);
    expect(endpoint.received).toHaveLength(3);
  },
);

test.each(protocols)('a refusal of %s that speaks of no image sends no image away', async (protocol) => {
  const call = await calling(protocol, (response) => {
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { message: 'temperature: Input should be less than or equal to 1' } }));
  });
  await expect(call([user('What is this?', one)])).rejects.toMatchObject({ type: 'model.rejected' });
  expect(endpoint.received).toHaveLength(1);
});

test.each(protocols)(
  '[image:refused:sent-once-more-without] a provider of %s that is registered with max_images is sent no more',
  async (protocol) => {
    const call = await calling(protocol);
    await call([user('Look.', one, two)], { dialect: { max_images: 1 } });
    expect(carriedImages(protocol, endpoint.received[0]?.body).map(({ data }) => data)).toEqual([two.data]);
  },
);

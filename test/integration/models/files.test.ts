import { inflateSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import type { DialectSettings } from '../../../contract/provider-options.ts';
import { describedMedia, mediaKindOf } from '../../../domain/media/media-ref.ts';
import { readDocument } from '../../../domain/media/read-document.ts';
import { readSound } from '../../../domain/media/read-sound.ts';
import { createCallModelOnce } from '../../../models/call-model-once.ts';
import type { ModelProtocol, PromptMedia, TranscriptMessage } from '../../../models/model-call.ts';
import { createGuardedFetch, type GuardedFetch } from '../../../processes/egress-guard.ts';
import { carriedMedia } from '../../../simulated/media/carried-media.ts';
import { seenFiles } from '../../../simulated/media/file-rules.ts';
import { mp3, pdf, wav } from '../../support/files.ts';
import { anyAnswer, startEndpoint } from './endpoint.ts';

const inflate = (packed: Buffer, maxOutputLength: number) => inflateSync(packed, { maxOutputLength });

let endpoint: Awaited<ReturnType<typeof startEndpoint>>;
let guarded: GuardedFetch;

afterEach(async () => {
  await guarded.close();
  await endpoint.close();
});

/** Providers that take files of tools at other places. */
const PROVIDERS = {
  anthropic: { kind: 'anthropic', protocol: 'anthropic-messages', model: 'claude-sonnet-5', dialect: {} },
  'gemini 2.5': { kind: 'google', protocol: 'google-generate', model: 'gemini-2.5-flash', dialect: {} },
  'gemini 3': { kind: 'google', protocol: 'google-generate', model: 'gemini-3-pro', dialect: {} },
  openai: { kind: 'openai', protocol: 'openai-chat', model: 'gpt-4.1', dialect: {} },
  compatible: { kind: 'openai-compatible', protocol: 'openai-chat', model: 'm', dialect: {} },
  'compatible, behind': {
    kind: 'openai-compatible',
    protocol: 'openai-chat',
    model: 'm',
    dialect: { tool_media: 'behind' },
  },
  'openai, none': { kind: 'openai', protocol: 'openai-chat', model: 'gpt-4.1', dialect: { tool_media: 'none' } },
  'without sounds': { kind: 'google', protocol: 'google-generate', model: 'gemini-3-pro', dialect: { audio: false } },
  'without documents': { kind: 'anthropic', protocol: 'anthropic-messages', model: 'c', dialect: { files: false } },
} as const satisfies Record<string, { kind: string; protocol: ModelProtocol; model: string; dialect: DialectSettings }>;
type ProviderName = keyof typeof PROVIDERS;

async function calling(provider: ProviderName, answer = anyAnswer[PROVIDERS[provider].protocol]) {
  const { kind, protocol, model, dialect } = PROVIDERS[provider];
  endpoint = await startEndpoint(answer);
  guarded = createGuardedFetch({ allow: ['127.0.0.0/8'] });
  const callModelOnce = createCallModelOnce({ fetch: guarded.fetch });
  const target = { provider: 'p', kind, model, protocol, baseUrl: endpoint.baseUrl, apiKey: 'k-secret', dialect };
  return (messages: readonly TranscriptMessage[]) =>
    callModelOnce({
      target,
      system: 'Be brief.',
      messages,
      context: '<context source="MEMORY">\n- tea\n</context>',
      tools: [{ name: 'look', description: 'Looks.', inputSchema: { type: 'object', properties: {} } }],
      maxOutputTokens: 300,
      maxRequestBytes: 100_000,
      signal: new AbortController().signal,
    });
}

function file(content: Buffer): PromptMedia {
  const [sound, document] = [readSound(content), readDocument(content, inflate)];
  const read = sound.kind === 'read' ? sound : document;
  if (read.kind === 'unknown') throw new Error('a file that is not read');
  return { ...read.facts, data: content.toString('base64') };
}

const [hiss, hum, paper] = [file(wav(500)), file(mp3(20)), file(pdf(2))];
const messages: readonly TranscriptMessage[] = [
  { role: 'user', text: 'Look.' },
  { role: 'assistant', text: '', toolCalls: ['a', 'b', 'c'].map((id) => ({ id, name: 'look', args: {} })) },
  { role: 'tool', toolCallId: 'a', toolName: 'look', output: 'One.', isError: false, images: [hiss, paper] },
  { role: 'tool', toolCallId: 'b', toolName: 'look', output: 'None.', isError: false },
  { role: 'tool', toolCallId: 'c', toolName: 'look', output: 'Two.', isError: true, images: [hum] },
];
const more: readonly TranscriptMessage[] = [
  ...messages,
  { role: 'assistant', text: 'I see.', toolCalls: [] },
  { role: 'user', text: 'And now?' },
];

const seen = (protocol: ModelProtocol, body: unknown) =>
  seenFiles(protocol, carriedMedia(protocol, body)).map(
    (each) => `${mediaKindOf(each)} ${each.inResult ? 'in' : 'behind'}`,
  );

test.each<{ provider: ProviderName; sees: readonly string[] }>([
  { provider: 'anthropic', sees: ['document in'] },
  // Older models take what belongs to a result behind it, in the message of the results.
  { provider: 'gemini 2.5', sees: ['document in', 'sound behind', 'sound behind'] },
  { provider: 'gemini 3', sees: ['document in', 'sound behind', 'sound behind'] },
  { provider: 'openai', sees: ['sound behind', 'document behind', 'sound behind'] },
  { provider: 'compatible', sees: [] },
  { provider: 'compatible, behind', sees: ['sound behind', 'document behind', 'sound behind'] },
  { provider: 'openai, none', sees: [] },
  { provider: 'without sounds', sees: ['document in'] },
  { provider: 'without documents', sees: [] },
])(
  '[file:wire:where-the-protocol-takes-them] $provider gets sounds and documents of parallel calls: $sees',
  async ({ provider, sees }) => {
    const { protocol } = PROVIDERS[provider];
    const call = await calling(provider);
    const answer = await call(messages);
    const { body, text } = endpoint.received[0] ?? { body: undefined, text: '' };
    expect(seen(protocol, body)).toEqual(sees);
    expect(answer.wireBytes.images).toBe(sees.length);
    const carried = carriedMedia(protocol, body).reduce((sum, { data }) => sum + data.length, 0);
    expect(answer.wireBytes.sent).toBe(Buffer.byteLength(text) - carried);
    // Every other one has a line in its place.
    const standIns = text.match(/\[(sound|document) \d: [^\]]+, not shown to this model\]/g) ?? [];
    expect(standIns).toHaveLength(3 - sees.length);
    expect(text.split('- tea')).toHaveLength(2);

    await call(more);
    expect(seen(protocol, endpoint.received[1]?.body)).toEqual(sees);
    if (protocol !== 'openai-chat') return;
    // What comes behind results stays there, so that prompt caches hold.
    const length = sees.length === 0 ? 5 : 6;
    const [first, second] = endpoint.received.map((each) => each.body.messages);
    expect(second.slice(0, length)).toEqual(
      JSON.parse(JSON.stringify(first.slice(0, length)).replace(/,\{"type":"text","text":"<context[^}]*\}/, '')),
    );
  },
);

test.each<{ provider: ProviderName; words: string; status?: number; left: number }>([
  { provider: 'openai', words: 'Invalid content type. input_audio is only supported by certain models.', left: 1 },
  { provider: 'openai', words: 'This model does not support audio input.', left: 1 },
  { provider: 'openai', words: 'No endpoints found that support input audio', status: 404, left: 1 },
  { provider: 'openai', words: 'unknown variant `input_audio`, expected `text`', status: 422, left: 1 },
  { provider: 'openai', words: 'This model does not support file content types.', left: 2 },
  { provider: 'anthropic', words: "'claude-3' does not support PDF input.", left: 0 },
  { provider: 'gemini 3', words: 'Audio input modality is not enabled for models/gemini-3-pro', left: 1 },
  { provider: 'gemini 3', words: 'Document input is not supported.', left: 2 },
  { provider: 'openai', words: 'messages.5.content: Input should be a valid string', status: 422, left: 0 },
])(
  '[file:refused:sent-once-more-without] $provider: "$words" is learned, and the request is sent again with $left of its files',
  async ({ provider, words, status = 400, left }) => {
    const { protocol } = PROVIDERS[provider];
    const call = await calling(provider, (response, request) => {
      if (seen(protocol, request.body).length <= left) return anyAnswer[protocol](response, request);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: words, type: 'invalid_request_error' } }));
    });
    expect((await call(messages)).wireBytes.images).toBe(left);
    await call(messages);
    expect(endpoint.received).toHaveLength(3);
  },
);

test.each<{ provider: ProviderName; words: string }>([
  { provider: 'anthropic', words: 'messages.2.content.0: The PDF specified was not valid.' },
  { provider: 'anthropic', words: 'messages.2.content.0: The PDF specified is password protected: invalid document.' },
  { provider: 'openai', words: 'The audio file is invalid or corrupted.' },
  { provider: 'gemini 3', words: 'The document has no pages: invalid PDF.' },
])(
  '[file:refused:sent-once-more-without] $provider: after "$words" this request is sent without files, and the next one with them',
  async ({ provider, words }) => {
    const { protocol } = PROVIDERS[provider];
    let refused = 0;
    const call = await calling(provider, (response, request) => {
      if (refused > 0 || seen(protocol, request.body).length === 0) return anyAnswer[protocol](response, request);
      refused += 1;
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: words } }));
    });
    expect((await call(messages)).wireBytes.images).toBe(0);
    expect((await call(messages)).wireBytes.images).toBeGreaterThan(0);
    expect(endpoint.received).toHaveLength(3);
  },
);

test('the line in place of a file says what it is', () => {
  expect([hiss, hum, paper].map((each, index) => describedMedia(each, index + 1))).toEqual([
    'sound 1: audio/wav, 0.5 s',
    'sound 2: audio/mpeg, 0.6 s',
    'document 3: application/pdf, 2 pages',
  ]);
});

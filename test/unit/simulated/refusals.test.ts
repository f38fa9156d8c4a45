import { describe, expect, test } from 'vitest';
import { anthropicMessages } from '../../../simulated/protocols/anthropic-messages.ts';
import { googleGenerate } from '../../../simulated/protocols/google-generate.ts';
import { openAiChat } from '../../../simulated/protocols/openai-chat.ts';
import type { Protocol } from '../../../simulated/protocols/protocol.ts';
import { signReasoning } from '../../../simulated/reasoning-signature.ts';

function read(protocol: Protocol, body: unknown, header: string | undefined = '2023-06-01') {
  return protocol.read({
    body,
    bodyBytes: Buffer.byteLength(JSON.stringify(body)),
    pathModel: 'sim-swift',
    header: () => header,
  });
}

describe('OpenAI chat completions', () => {
  const call = {
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }],
  };
  const result = { role: 'tool', tool_call_id: 'a', content: 'ok' };
  const user = { role: 'user', content: 'hi' };
  const body = (messages: unknown[], rest = {}) => ({ model: 'sim-scout', messages, ...rest });

  test.each([
    ['empty messages', body([]), /empty array/],
    ['a result without its call', body([user, result]), /must be a response to a preceding message/],
    ['a call without a result', body([user, call]), /did not have response messages: a/],
    ['a user message between call and result', body([user, call, user, result]), /did not have response messages: a/],
    ['a result twice', body([user, call, result, result]), /must be a response/],
    ['an unknown role', body([{ role: 'robot', content: 'x' }]), /messages\.0\.role/],
    ['a bad tool name', body([user], { tools: [{ type: 'function', function: { name: 'a b' } }] }), /pattern/],
    [
      'a schema that is not an object',
      body([user], { tools: [{ type: 'function', function: { name: 'a', parameters: { type: 'string' } } }] }),
      /type: "object"/,
    ],
    ['more output than the model has', body([user], { max_tokens: 1_000_000 }), /maximum allowed/],
    [
      'an assistant message without content and calls',
      body([user, { role: 'assistant', content: null }]),
      /expected a string/,
    ],
  ])('refuses %s', (_, request, message) => {
    expect(() => read(openAiChat, request)).toThrow(message);
  });

  test('accepts a paired transcript and counts its turns', () => {
    expect(read(openAiChat, body([user, call, result, user]))).toMatchObject({ turn: 1, model: 'sim-scout' });
  });
});

describe('Anthropic messages', () => {
  const use = (id = 'toolu_1') => ({ role: 'assistant', content: [{ type: 'tool_use', id, name: 'f', input: {} }] });
  const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'ok' };
  const user = { role: 'user', content: 'hi' };
  const body = (messages: unknown[], rest = {}) => ({ model: 'sim-sage', max_tokens: 100, messages, ...rest });
  const thinking = (signature: string) => ({
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: 'hm', signature },
      { type: 'text', text: 'x' },
    ],
  });

  test.each([
    ['empty messages', body([]), /at least one message/],
    ['no max_tokens', { model: 'sim-sage', messages: [user] }, /max_tokens: Field required/],
    [
      'a first message of the assistant',
      body([{ role: 'assistant', content: 'hi' }, user]),
      /first message must use the "user" role/,
    ],
    ['a system role in the messages', body([{ role: 'system', content: 'hi' }]), /messages\.0\.role/],
    ['empty text', body([{ role: 'user', content: [{ type: 'text', text: '' }] }]), /non-empty/],
    ['empty content', body([{ role: 'user', content: [] }]), /non-empty content/],
    ['a bad tool id', body([user, use('call:1')]), /should match pattern/],
    ['a call without a result', body([user, use()]), /`tool_use` ids were found without `tool_result`.*toolu_1/],
    [
      'a call with a result too late',
      body([user, use(), user, { role: 'user', content: [result] }]),
      /were found without/,
    ],
    [
      'a result after text',
      body([user, use(), { role: 'user', content: [{ type: 'text', text: 'x' }, result] }]),
      /were found without/,
    ],
    ['a result without its call', body([{ role: 'user', content: [result] }]), /unexpected `tool_use_id`/],
    [
      'a tool id twice',
      body([user, use(), { role: 'user', content: [result] }, use(), { role: 'user', content: [result] }]),
      /unique/,
    ],
    [
      'a foreign thinking signature',
      body([user, thinking('c2lnbmF0dXJl'), user]),
      /Invalid `signature` in `thinking` block/,
    ],
    [
      'a signature of another model',
      body([user, thinking(signReasoning('sim-other', 'hm')), user]),
      /Invalid `signature`/,
    ],
    [
      'redacted thinking',
      body([user, { role: 'assistant', content: [{ type: 'redacted_thinking', data: 'x' }] }, user]),
      /redacted/,
    ],
    ['more output than the model has', body([user], { max_tokens: 1_000_000 }), /maximum allowed/],
  ])('refuses %s', (_, request, message) => {
    expect(() => read(anthropicMessages, request)).toThrow(message);
  });

  test('refuses a request without its version header', () => {
    expect(() => anthropicMessages.read({ body: body([user]), bodyBytes: 1, header: () => undefined })).toThrow(
      /anthropic-version/,
    );
  });

  test('accepts its own signature and a paired transcript', () => {
    const messages = [
      user,
      thinking(signReasoning('sim-sage', 'hm')),
      user,
      use(),
      { role: 'user', content: [result, { type: 'text', text: 'go on' }] },
    ];
    expect(read(anthropicMessages, body(messages))).toMatchObject({ turn: 2 });
  });
});

describe('Google generateContent', () => {
  const user = { role: 'user', parts: [{ text: 'hi' }] };
  const callPart = (name = 'f', thoughtSignature?: string) => ({ functionCall: { name, args: {} }, thoughtSignature });
  const response = (name = 'f') => ({ functionResponse: { name, response: { content: 'ok' } } });
  const model = (...parts: unknown[]) => ({ role: 'model', parts });
  const answer = (...parts: unknown[]) => ({ role: 'user', parts });

  test.each([
    ['no contents', { contents: [] }, /contents is not specified/],
    ['no parts', { contents: [{ role: 'user', parts: [] }] }, /must not be empty/],
    ['a part without data', { contents: [{ role: 'user', parts: [{}] }] }, /required oneof field/],
    ['an unknown role', { contents: [{ role: 'assistant', parts: [{ text: 'x' }] }] }, /valid role/],
    ['a response without its call', { contents: [user, answer(response())] }, /immediately after a function call turn/],
    ['a call without a response', { contents: [user, model(callPart()), user] }, /number of function response parts/],
    ['a call at the end', { contents: [user, model(callPart())] }, /number of function response parts/],
    [
      'fewer responses than calls',
      { contents: [user, model(callPart(), callPart('g')), answer(response())] },
      /number of function response parts/,
    ],
    [
      'a response of another function',
      { contents: [user, model(callPart()), answer(response('g'))] },
      /number of function response parts/,
    ],
    [
      'a foreign thought signature',
      { contents: [user, model(callPart('f', 'abcd')), answer(response())] },
      /Thought signature is not valid/,
    ],
    ['a bad function name', { contents: [user], tools: [{ functionDeclarations: [{ name: '1 f' }] }] }, /pattern/],
  ])('refuses %s', (_, request, message) => {
    expect(() => read(googleGenerate, request)).toThrow(message);
  });

  test('accepts its own signature, parallel calls and a message after the responses', () => {
    const signed = callPart('f', signReasoning('sim-swift', 'call:f'));
    const contents = [user, model(signed, callPart('g')), answer(response(), response('g')), user];
    expect(read(googleGenerate, { contents })).toMatchObject({ turn: 1 });
  });
});

import { describe, expect, test } from 'vitest';
import { anthropicMessages } from '../../../simulated/protocols/anthropic-messages.ts';
import { googleGenerate } from '../../../simulated/protocols/google-generate.ts';
import { openAiChat } from '../../../simulated/protocols/openai-chat.ts';
import type { Protocol } from '../../../simulated/protocols/protocol.ts';
import { signReasoning } from '../../../simulated/reasoning-signature.ts';

function read(
  protocol: Protocol,
  body: unknown,
  header: string | undefined = '2023-06-01',
  template: 'strict' | undefined = undefined,
) {
  return protocol.read({
    body,
    bodyBytes: Buffer.byteLength(JSON.stringify(body)),
    pathModel: 'sim-swift',
    header: () => header,
    template,
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
  const functionOf = (parameters: object) => ({ type: 'function', function: { name: 'f', parameters } });
  const callOf = (id: string) => ({ ...call, tool_calls: [{ ...call.tool_calls[0], id }] });
  const resultOf = (id: string) => ({ ...result, tool_call_id: id });

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
    [
      'an array of anything',
      body([user], { tools: [functionOf({ type: 'object', properties: { ids: { type: 'array' } } })] }),
      /\('properties', 'ids'\), array schema missing items/,
    ],
    ['alternatives at the top', body([user], { tools: [functionOf({ type: 'object', anyOf: [] })] }), /top level/],
    ['an id of 41 characters', body([user, callOf('x'.repeat(41)), resultOf('x'.repeat(41))]), /maximum length 40/],
    ['`max_tokens` of a reasoning model', { ...body([user]), model: 'gpt-5', max_tokens: 9 }, /max_completion_tokens/],
    ['more than the window', body([user, { role: 'user', content: 'x'.repeat(512_000) }]), /maximum context length/],
  ])('refuses %s', (_, request, message) => {
    expect(() => read(openAiChat, request)).toThrow(message);
  });

  test.each([
    ['an unknown field', { ...body([user]), stream_options: {} }, /stream_options: Extra inputs/],
    ['two messages of a user', body([user, user]), /alternate/],
    ['a user who answers results', body([user, callOf('123456789'), resultOf('123456789'), user]), /after role 'tool'/],
    ['a short id', body([user, call, result]), /with a length of 9/],
    ['an answer at the end', body([user, { role: 'assistant', content: 'hi' }]), /Expected last role/],
    ['a list of texts', body([{ role: 'user', content: [{ type: 'text', text: 'hi' }] }]), /valid string/],
    ['an empty message', body([{ role: 'user', content: ' ' }]), /non-empty/],
  ])('a strict template refuses %s', (_, request, message) => {
    expect(() => read(openAiChat, request, undefined, 'strict')).toThrow(message);
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
  const marked = { type: 'text', text: 'x', cache_control: { type: 'ephemeral' } };
  const toolOf = (schema: object) => ({ name: 'f', input_schema: { type: 'object', ...schema } });
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
    ['a text of blanks', body([{ role: 'user', content: ' \n' }]), /non-whitespace/],
    ['an answer at the end', body([user, { role: 'assistant', content: 'hi' }]), /prefill/],
    ['an unknown field', body([user], { prompt_cache_key: 'x' }), /prompt_cache_key|Unrecognized/],
    [
      'a result twice',
      body([user, use(), { role: 'user', content: [result, result] }]),
      /Found multiple `tool_result` blocks/,
    ],
    [
      'an error without a text',
      body([user, use(), { role: 'user', content: [{ ...result, content: '', is_error: true }] }]),
      /content cannot be empty/,
    ],
    ['five cache marks', body([{ role: 'user', content: Array(5).fill(marked) }]), /maximum of 4 blocks.*Found 5/],
    ['alternatives at the top', body([user], { tools: [toolOf({ anyOf: [] })] }), /does not support oneOf/],
    ['a property with a dollar', body([user], { tools: [toolOf({ properties: { $a: {} } })] }), /Property keys/],
    [
      'thinking with too few tokens',
      body([user], { thinking: { type: 'enabled', budget_tokens: 1_024 } }),
      /must be greater than/,
    ],
    [
      'thinking after an answer without thoughts',
      body([user, use(), { role: 'user', content: [result] }], {
        max_tokens: 2_000,
        thinking: { type: 'enabled', budget_tokens: 1_024 },
      }),
      /must start with a thinking block/,
    ],
    ['more than the window', body([{ role: 'user', content: 'x'.repeat(800_000) }]), /prompt is too long/],
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
  const withSchema = (schema: object) => ({
    contents: [user],
    tools: [{ functionDeclarations: [{ name: 'f', parameters: { type: 'object', ...schema } }] }],
  });

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
    ['an empty text', { contents: [{ role: 'user', parts: [{ text: '' }] }] }, /required oneof field/],
    [
      'a call after an answer',
      { contents: [user, model({ text: 'x' }), model(callPart()), answer(response())] },
      /after/,
    ],
    ['an answer at the end', { contents: [user, model({ text: 'x' })] }, /end with a user role/],
    ['an unknown field', { contents: [user], max_tokens: 9 }, /max_tokens|Unrecognized/],
    ['a schema with `additionalProperties`', withSchema({ additionalProperties: false }), /Unknown name/],
    ['a schema with `oneOf`', withSchema({ properties: { a: { oneOf: [] } } }), /Unknown name "oneOf"/],
    [
      'a schema with an array of anything',
      withSchema({ properties: { a: { type: 'array' } } }),
      /items: missing field/,
    ],
    ['a schema without a type', withSchema({ properties: { a: {} } }), /type: must be specified/],
    ['an enumeration of numbers', withSchema({ properties: { a: { type: 'integer', enum: ['1'] } } }), /only allowed/],
    ['an enumeration with an empty text', withSchema({ properties: { a: { type: 'string', enum: [''] } } }), /empty/],
    ['a format', withSchema({ properties: { a: { type: 'string', format: 'uri' } } }), /'enum' and 'date-time'/],
    ['a required property that is not there', withSchema({ required: ['b'] }), /property is not defined/],
    ['a type beside alternatives', withSchema({ properties: { a: { type: 'string', anyOf: [] } } }), /only field set/],
  ])('refuses %s', (_, request, message) => {
    expect(() => read(googleGenerate, request)).toThrow(message);
  });

  test('accepts its own signature, parallel calls and a message after the responses', () => {
    const signed = callPart('f', signReasoning('sim-swift', 'call:f'));
    const contents = [user, model(signed, callPart('g')), answer(response(), response('g')), user];
    expect(read(googleGenerate, { contents })).toMatchObject({ turn: 1 });
  });
});

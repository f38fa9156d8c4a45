import { afterAll, afterEach, expect, test } from 'vitest';
import { createCallModelOnce } from '../../../models/call-model-once.ts';
import { ModelCallError, type ModelRequest } from '../../../models/model-call.ts';
import { createGuardedFetch } from '../../../processes/egress-guard.ts';
import { type Answering, eventStream, openAiFinish, openAiText, startEndpoint } from './endpoint.ts';

const guarded = createGuardedFetch({ allow: ['127.0.0.0/8'] });
afterAll(() => guarded.close());
const callModelOnce = createCallModelOnce({ fetch: guarded.fetch });

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

async function requestTo(answer: Answering): Promise<ModelRequest> {
  const endpoint = await startEndpoint(answer);
  opened.push(endpoint);
  const target = { provider: 'p', kind: 'openai-compatible', model: 'm', protocol: 'openai-chat' } as const;
  return {
    target: { ...target, baseUrl: endpoint.baseUrl, apiKey: 'sk-of-the-test' },
    system: '',
    messages: [{ role: 'user', text: 'Hello' }],
    tools: [],
    maxOutputTokens: 300,
    maxRequestBytes: 100_000,
    signal: new AbortController().signal,
    timeoutMs: 20_000,
    silence: { firstTokenMs: 400, idleMs: 400 },
  };
}

async function failureOf(answer: Answering): Promise<ModelCallError> {
  const error = await callModelOnce(await requestTo(answer)).catch((reason: unknown) => reason);
  if (!(error instanceof ModelCallError)) throw new Error('expected a ModelCallError');
  return error;
}

test('[model:time:silence-not-length] a model that only keeps the connection alive is given up before it has begun', async () => {
  const error = await failureOf((response) => {
    eventStream(response);
    const beat = setInterval(() => response.write(': keep-alive\n\n'), 50);
    response.once('close', () => clearInterval(beat));
  });
  expect(error).toMatchObject({ type: 'model.timed_out', message: 'no answer began within 400 ms' });
});

test('[model:time:silence-not-length] an answer that stands still is given up, and its text is kept', async () => {
  const error = await failureOf((response) => eventStream(response)(openAiText('Half')));
  expect(error).toMatchObject({ type: 'model.timed_out', transient: true, mayHaveCharged: true, partialText: 'Half' });
});

test('[model:time:silence-not-length] an answer that goes on is read to its end, however long it takes', async () => {
  const request = await requestTo((response) => {
    const send = eventStream(response);
    let pieces = 0;
    const beat = setInterval(() => {
      send(pieces < 12 ? openAiText('on ') : openAiFinish('stop'));
      pieces += 1;
      if (pieces <= 12) return;
      clearInterval(beat);
      response.end();
    }, 100);
  });
  expect((await callModelOnce(request)).text).toBe('on '.repeat(12));
});

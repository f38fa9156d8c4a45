import { expect, test } from 'vitest';
import { createCallModelOnce } from '../../../models/call-model-once.ts';
import { createProviderTest } from '../../../models/provider-test.ts';
import { createGuardedFetch } from '../../../processes/egress-guard.ts';
import { eventStream, openAiFinish, startEndpoint } from './endpoint.ts';

test('the test of a provider succeeds when its model thinks through all of the tokens that it may use', async () => {
  const endpoint = await startEndpoint((response) => {
    const send = eventStream(response);
    send({ choices: [{ index: 0, delta: { reasoning_content: 'One word. Which?' } }] });
    send(openAiFinish('length'));
    response.end();
  });
  const guarded = createGuardedFetch({ allow: ['127.0.0.0/8'] });
  try {
    const testProvider = createProviderTest({ callModelOnce: createCallModelOnce({ fetch: guarded.fetch }) });
    const result = await testProvider(
      {
        provider: 'p',
        kind: 'openai-compatible',
        model: 'm',
        protocol: 'openai-chat',
        baseUrl: endpoint.baseUrl,
        apiKey: 'k-secret',
      },
      { tenantId: 'ten_test' },
    );
    expect(result).toMatchObject({ ok: true });
  } finally {
    await guarded.close();
    await endpoint.close();
  }
});

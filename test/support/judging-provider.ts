import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as bodyOf } from 'node:stream/consumers';

export interface AskedText {
  readonly headers: IncomingHttpHeaders;
  readonly body: { readonly hook: string; readonly tool?: string; readonly text: string };
}

/** A guardrail provider that blocks what is rude, rewrites what is soft, fails at what breaks it, and lets the rest pass. */
export interface JudgingProvider {
  readonly url: string;
  readonly asked: readonly AskedText[];
  close(): void;
}

export async function startJudgingProvider(): Promise<JudgingProvider> {
  const asked: AskedText[] = [];
  const server = createServer(async (request, response) => {
    // It is what a provider has to be sent; the tests look into it.
    const body = JSON.parse(await bodyOf(request)) as AskedText['body'];
    asked.push({ headers: request.headers, body });
    if (/break/.test(body.text)) return response.writeHead(500).end('secret of the provider');
    const verdict = /rude/.test(body.text)
      ? { verdict: 'block', reason_code: 'toxic', confidence: 0.7 }
      : /soft/.test(body.text)
        ? { verdict: 'redact', text: 'kind words' }
        : { verdict: 'pass' };
    return response.setHeader('content-type', 'application/json').end(JSON.stringify(verdict));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/judge`,
    asked,
    close: () => server.close(),
  };
}

/** A rule that has the provider judge every text. */
export const judgedEverywhere = {
  rules: [
    {
      id: 'judge',
      kind: 'provider',
      hooks: ['input', 'output', 'tool_args', 'tool_result'],
      action: 'block',
      provider: 'judge',
    },
  ],
} as const;

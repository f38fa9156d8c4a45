import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { ended, message, running, startScriptedApi, stream } from './scripted-api.ts';

const ENTRY = fileURLToPath(new URL('../../../sdk/typescript/src/index.ts', import.meta.url));

test('[sdk:package:any-runtime] the client needs nothing but what browsers and edge runtimes have, too', async () => {
  const { outputFiles } = await build({
    entryPoints: [ENTRY],
    bundle: true,
    format: 'iife',
    globalName: 'sdk',
    target: 'es2022',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    write: false,
  });
  const web = {
    fetch,
    URL,
    Headers,
    Response,
    TextDecoder,
    AbortController,
    DOMException,
    crypto,
    performance,
    console,
  };
  const globals = createContext({ ...web, setTimeout, clearTimeout });
  const server = await startScriptedApi(stream([running(1), message(2, 'Fine.'), ended(3)]));
  try {
    const program = `${outputFiles[0]?.text}
      const client = new sdk.BrainstormRouter({ apiKey: 'brk_test', baseUrl: '${server.client.baseUrl}' });
      client.agentRuns.run('a-1', { message: 'How are you?' }).then(({ text }) => text);`;
    expect(await runInContext(program, globals)).toBe('Fine.');
    expect(server.sent[0]?.headers['user-agent']).toMatch(/ unknown$/);
  } finally {
    await server.close();
  }
});

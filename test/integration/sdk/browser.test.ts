import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { findChromium } from '../../fixtures/sdk/chromium.ts';
import { type FaultProxy, startFaultProxy } from '../../support/tcp-fault-proxy.ts';
import { until } from '../../support/until.ts';
import { type ApiUnderTest, append, end, message, newAgent, newSession, startApi } from '../api/fixture.ts';

const found = await findChromium();
if ('missing' in found) console.warn(`The tests in a browser are skipped. ${found.missing}`);

/** The page of a user: another origin than that of the API. */
const PAGE =
  '<!doctype html><script type="module">import BrainstormRouter from "/sdk.js"; window.sdk = BrainstormRouter</script>';

let api: ApiUnderTest;
let proxy: FaultProxy;
let browser: Browser;
let page: Page;
const pages = createServer();
let origin: string;

beforeAll(async () => {
  if ('missing' in found) return;
  const entry = new URL('../../../sdk/typescript/src/index.ts', import.meta.url).pathname;
  const bundled = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    write: false,
  });
  pages.on('request', (request, response) => {
    const isScript = request.url === '/sdk.js';
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' });
    response.end(isScript ? bundled.outputFiles[0]?.text : PAGE);
  });
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
  api = await startApi({ corsOrigins: [origin] });
  proxy = await startFaultProxy({ targetPort: api.served.port, seed: 'browser' });
  browser = await chromium.launch({ executablePath: found.path, args: ['--no-sandbox'] });
});
afterAll(async () => {
  await browser?.close();
  await proxy?.close();
  await api?.stop();
  pages.close();
});
beforeEach(async () => {
  if ('missing' in found) return;
  page = await browser.newPage();
  await page.goto(origin);
  await page.waitForFunction('window.sdk');
});
afterEach(() => page?.close());

/** What the script of a page is given. */
function settings() {
  return { apiKey: api.apiKey, baseUrl: `http://127.0.0.1:${proxy.port}`, dangerouslyAllowBrowser: true };
}

const inChromium = test.skipIf('missing' in found);

inChromium(
  '[sdk:browser:follows-a-run-with-consent] [I2] a page follows a run to its end, and sees each event once although the connection breaks',
  async () => {
    const seen: string[] = [];
    const sessions: string[] = [];
    await page.exposeFunction('saw', (line: string) => seen.push(line));
    await page.exposeFunction('started', (sessionId: string) => sessions.push(sessionId));
    const followed = page.evaluate(
      `(async (settings, agentId) => {
        const run = new window.sdk(settings).agentRuns.run(agentId, { message: 'Write about kites.' });
        for await (const event of run) {
          await window.saw(event.id + ' ' + event.type);
          if (event.id === '1') await window.started(event.data.sessionId);
        }
        const { reason, text } = await run;
        return { reason, text };
      })(${JSON.stringify(settings())}, ${JSON.stringify(await newAgent(api))})`,
    );
    const sessionId = await until('the first event', () => sessions[0]);
    await append(api, sessionId, [message(0)]);
    await until('the second event', () => seen.length === 2);
    proxy.reset();
    await append(api, sessionId, [message(1)]);
    await until('the third event', () => seen.length === 3);
    await end(api, sessionId);
    expect(await followed).toEqual({ reason: 'completed', text: 'answer 1' });
    expect(seen).toEqual(['1 session.status_running', '2 agent.message', '3 agent.message', '4 session.status_ended']);
  },
);

inChromium('[sdk:browser:follows-a-run-with-consent] a page sees whether a refusal may be retried', async () => {
  const sessionId = await newSession(api, await newAgent(api));
  await end(api, sessionId);
  let posts = 0;
  page.on('request', (request) => {
    if (request.method() === 'POST') posts += 1;
  });
  const refusal = await page.evaluate(
    `new window.sdk(${JSON.stringify(settings())}).agentRuns.attach(${JSON.stringify(sessionId)}).steer('Too late.')
      .then(() => undefined, ({ status, code, requestId }) => ({ status, code, named: requestId !== undefined }))`,
  );
  expect(refusal).toEqual({ status: 409, code: 'session_ended', named: true });
  expect(posts).toBe(1);
});

inChromium('[sdk:browser:follows-a-run-with-consent] without consent no client is made on a page', async () => {
  const { dangerouslyAllowBrowser: _, ...rest } = settings();
  const thrown = await page.evaluate(
    `(() => { try { new window.sdk(${JSON.stringify(rest)}) } catch (error) { return error.kind } })()`,
  );
  expect(thrown).toBe('usage');
});

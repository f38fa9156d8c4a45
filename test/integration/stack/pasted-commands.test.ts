import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { curlCommands } from '../../../cli/local/curl-commands.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';

const README = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
const USE_IT = README.slice(README.indexOf('## Use it'), README.indexOf('## A turn'));

let stack: TestStack;
beforeAll(async () => {
  // With delays, as the stack of a reader has them: a session lasts long enough to be steered.
  stack = await startTestStack({ env: { AGENT_RUNS_SIMULATED_DELAYS: 'typical' } });
});
afterAll(() => stack?.stop());

test('[stack:demo:shows-a-session-as-it-happens] the commands of README, pasted in order, run, kill, steer and interrupt', async () => {
  const blocks = [...USE_IT.matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block);
  expect(blocks).toHaveLength(7);
  const script = blocks
    .join('\n')
    .replaceAll('http://127.0.0.1:8787', stack.baseUrl)
    .replaceAll('./.agent-runs/credentials.json', join(stack.home, 'credentials.json'));
  const events = eventsIn(await pasted(script));
  const reasons = events.filter(({ type }) => type === 'session.status_ended').map(({ data }) => data.reason);
  expect(reasons).toEqual(['completed', 'completed', 'interrupted']);
  expectSteered(events);
});

test('[stack:demo:shows-a-session-as-it-happens] so do the commands that the demo prints', async () => {
  const events = eventsIn(await pasted(curlCommands({ baseUrl: stack.baseUrl, apiKey: stack.api.apiKey })));
  const reasons = events.filter(({ type }) => type === 'session.status_ended').map(({ data }) => data.reason);
  expect(reasons).toEqual(['completed', 'interrupted']);
  expectSteered(events);
});

/** The last session read the message and answered before it was interrupted while idle. */
function expectSteered(events: readonly PrintedEvent[]): void {
  const last = events.slice(events.findLastIndex(({ type }) => type === 'session.status_running'));
  const shown = last.filter(({ type }) => /^agent\.message$|^session\.status_(idle|ended)$/.test(type));
  expect(shown.slice(-3).map(({ type }) => type)).toEqual([
    'agent.message',
    'session.status_idle',
    'session.status_ended',
  ]);
  expect(shown.at(-1)?.data.undelivered).toBeUndefined();
}

interface PrintedEvent {
  readonly type: string;
  readonly data: { readonly reason?: string; readonly undelivered?: number };
}

function eventsIn(output: string): PrintedEvent[] {
  const frames = [...output.matchAll(/^event: (\S+)\ndata: (.*)$/gm)];
  return frames.map(([, type = '', data = '']) => ({ type, data: JSON.parse(data) }));
}

/** What a shell prints that gets these lines one after the other. */
async function pasted(script: string): Promise<string> {
  const shell = spawn('sh', ['-s'], { stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  shell.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  shell.stdin.end(script.endsWith('wait\n') ? script : `${script}\nwait\n`);
  const [code] = await once(shell, 'close');
  expect(code).toBe(0);
  expect(output).not.toContain('"error":');
  return output;
}

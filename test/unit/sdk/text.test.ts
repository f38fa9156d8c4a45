import { joinText, type TextPiece } from 'brainstormrouter';
import { afterEach, expect, test } from 'vitest';
import { delta, ended, message, running, type ScriptedApi, startScriptedApi, stream } from './scripted-api.ts';

let server: ScriptedApi | undefined;
afterEach(() => server?.close());

async function pieces(...texts: readonly string[]): Promise<string[]> {
  server = await startScriptedApi(stream(texts));
  const shown: string[] = [];
  for await (const { text, turnIndex, restarted } of server.client.agentRuns
    .run('a-1', { message: 'Hi' })
    .textStream()) {
    shown.push(`${turnIndex}${restarted ? '!' : ''} ${text}`);
  }
  return shown;
}

test('[sdk:run:text-as-it-is-written] the text of answers is shown while it is written, each piece once', async () => {
  const shown = await pieces(
    running(1),
    delta('1.1.5', 'Hello', 0),
    delta('1.1.11', ' there', 5),
    message(2, 'Hello there'),
    message(3, 'Bye.', 1),
    ended(4),
  );
  expect(shown).toEqual(['0 Hello', '0  there', '1 Bye.']);
  expect(server?.sent[0]?.query.get('include')).toBe('agent.message_delta');
});

test('[sdk:run:text-as-it-is-written] an attempt that begins anew, or a text that was changed, says so', async () => {
  const shown = await pieces(
    running(1),
    delta('1.1.5', 'Hallo', 0),
    delta('1.2.0', '', 0, 2),
    delta('1.2.5', 'Hello', 0, 2),
    message(2, 'Withheld.'),
    ended(3),
  );
  expect(shown).toEqual(['0 Hallo', '0! ', '0 Hello', '0! Withheld.']);
});

test('[sdk:run:text-as-it-is-written] what was missed of a text comes with its message', async () => {
  expect(await pieces(running(1), delta('1.1.5', 'Hello', 0), message(2, 'Hello there'), ended(3))).toEqual([
    '0 Hello',
    '0  there',
  ]);
});

test('[sdk:run:text-as-it-is-written] pieces are joined to the final text', async () => {
  async function* written(): AsyncGenerator<TextPiece> {
    yield { text: 'Hallo', turnIndex: 0, restarted: false };
    yield { text: 'Hello', turnIndex: 0, restarted: true };
    yield { text: ' there', turnIndex: 0, restarted: false };
    yield { text: '', turnIndex: 1, restarted: false };
    yield { text: 'Bye.', turnIndex: 2, restarted: false };
  }
  expect(await joinText(written())).toBe('Hello there\n\nBye.');
});

test('[sdk:run:text-as-it-is-written] whoever wants the text later gets it from then on, and iterators of events do not see it', async () => {
  server = await startScriptedApi(
    stream([running(1)], () => undefined),
    stream([delta('1.1.5', 'Hello', 0), message(2, 'Hello'), ended(3)]),
  );
  const run = server.client.agentRuns.run('a-1', { message: 'Hi' });
  const events = run[Symbol.asyncIterator]();
  await events.next();
  const text = joinText(run.textStream());
  const ids: string[] = [];
  for await (const { id } of events) ids.push(id);
  expect([await text, ids]).toEqual(['Hello', ['2', '3']]);
  expect(server.sent.map(({ query }) => query.get('include'))).toEqual([null, 'agent.message_delta']);
});

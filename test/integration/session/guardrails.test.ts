import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openDeltaStream } from '../../support/delta-stream.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { judgedEverywhere, startJudgingProvider } from '../../support/judging-provider.ts';
import { shareStack } from '../../support/shared-stack.ts';
import type { SharedStack } from '../../support/stack.ts';
import { until } from '../../support/until.ts';

let stack: SharedStack;

beforeAll(async () => {
  stack = await shareStack();
});
// It searches every table, log and history for the texts in `stack.secrets`.
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const write = (content: string, name = 'a.md') => ({ name: 'workspace_write', args: { name, content } });

/** A tenant whose agent is guarded by this configuration. */
async function guardedBy(config: object, agentConfig?: object) {
  const client = await stack.newTenant();
  await client.call('POST', '/v1/agent/bootstrap', { agent_id: 'guarded' });
  await client.call('PUT', '/v1/guardrails/config', config);
  if (agentConfig !== undefined) await client.call('PUT', '/v1/guardrails/config?agent_id=guarded', agentConfig);
  return client;
}

test('[guardrail:canary:kept-nowhere] what a rule blocks is kept nowhere: no event, transcript, delta, artifact, log, history, audit or table has it', async () => {
  // The rule has the phrase in plain letters, so only a leak has these.
  const canary = 'ОSPREY‐dive №7731';
  stack.secrets.add(canary).add('dive №7731').add('osprey_dive_77');
  const client = await guardedBy({ blocked_phrases: ['osprey dive'] });
  const script = await stack.script(
    {
      turns: [
        [
          {
            text: 'I note it.',
            reasoning: `They mean ${canary}`,
            toolCalls: [
              write(canary),
              write('fine', `${canary}.md`),
              { name: 'osprey_dive_77', args: {} },
              write('All is well.'),
            ],
          },
        ],
        [
          {
            text: `All about the ${canary}. `.repeat(20),
            chunks: 30,
            delayBetweenChunksMs: 5,
            toolCalls: [write(canary)],
            reasoning: canary,
          },
        ],
        [{ text: 'Done.' }],
      ],
    },
    { client },
  );
  const service = { baseUrl: stack.baseUrl, apiKey: client.apiKey };
  const stream = await openDeltaStream(service, '/v1/agents/guarded/run', {
    method: 'POST',
    body: { message: 'Tell me.', models: script.models },
  });
  await stream.closed;
  const sessionId = stream.response.headers.get('x-session-id');
  expect(stream.messages()).toEqual(['I note it.', '[This answer was withheld by a guardrail.]', 'Done.']);
  expect('All about the '.startsWith(stream.shown(1))).toBe(true);
  const read = await Promise.all(
    ['events', 'transcript', 'turns/0/decision', 'turns/1/context'].map((path) =>
      client.request('GET', `/v1/sessions/${sessionId}/${path}`),
    ),
  );
  const audit = await client.request('GET', '/v1/mcp/audit');
  const shown = JSON.stringify([stream.events, read.map(({ body }) => body), audit.body]);
  expect(shown).not.toMatch(/№7731|osprey_dive/i);
  const uses = stream.events.filter(({ event }) => event === 'agent.tool_use').map(({ data }) => JSON.parse(data));
  expect(uses.map(({ toolName, args, permission }) => [toolName, args, permission])).toEqual([
    ['workspace_write', {}, 'deny'],
    ['workspace_write', {}, 'deny'],
    ['withheld', {}, 'deny'],
    ['workspace_write', { name: 'a.md', content: 'All is well.' }, 'allow'],
  ]);
  const { requests } = await script.report();
  expect(JSON.stringify(requests)).not.toMatch(/№7731/);
  expect(JSON.stringify(requests[2]?.body)).toContain(
    'held a phrase that is configured as blocked. The call was not made.',
  );
});

test('[guardrail:rules:ordered-and-layered] an agent has the rules of its tenant and its own, for messages, answers, arguments and results', async () => {
  const everywhere = ['input', 'output', 'tool_args', 'tool_result'];
  const client = await guardedBy(
    { rules: [{ id: 'pii', kind: 'personal_data', hooks: everywhere, action: 'redact', entities: ['email'] }] },
    { rules: [{ id: 'long', kind: 'size', hooks: ['input'], action: 'block', max_characters: 60 }] },
  );
  const script = await stack.script(
    { turns: [[{ text: 'I ask ann@example.org.', toolCalls: [write('To bob@example.org')] }], [{ text: 'Done.' }]] },
    { client },
  );
  const run = await client.run('guarded', { message: 'Write to eve@example.org.', models: script.models });
  await run.ended();
  expect(run.ofType('br.guardrail_intervention').map(({ stage, action, found }) => [stage, action, found])).toEqual([
    ['input', 'redact', ['email']],
    ['output', 'redact', ['email']],
    ['tool_args', 'redact', ['email']],
  ]);
  expect(run.ofType('agent.message')[0]?.text).toBe('I ask [redacted:email].');
  expect(run.ofType('agent.tool_use')[0]?.args).toEqual({ name: 'a.md', content: 'To [redacted:email]' });

  const long = await client.run('guarded', {
    message: 'x '.repeat(40),
    models: (await stack.script({ turns: [[{ text: 'Ok.' }]] }, { client })).models,
  });
  await long.ended();
  expect(long.ofType('br.guardrail_intervention')).toMatchObject([
    { guardrail: 'long', stage: 'input', action: 'block' },
  ]);
  const transcript = await client.call<{ data: unknown }>('GET', `/v1/sessions/${long.sessionId}/transcript`);
  expect(JSON.stringify(transcript)).toContain('[A message of the user was withheld by a guardrail.]');
});

test('[guardrail:provider:asked-before-it-is-stored] an external provider is asked about answers, arguments and results, with its key, and fails open or closed by choice', async () => {
  const { url, asked, close } = await startJudgingProvider();
  try {
    const client = await guardedBy({});
    const key = `judge-${'Zq8w'.repeat(6)}`;
    stack.secrets.add(key).add('secret of the provider');
    for (const on_failure of ['open', 'closed']) {
      await client.call('POST', '/v1/guardrails/providers', {
        name: `judge-${on_failure}`,
        url,
        api_key: key,
        on_failure,
      });
    }
    const put = (provider: string) =>
      client.call('PUT', '/v1/guardrails/config', {
        rules: [{ id: 'judge', kind: 'provider', hooks: ['output'], action: 'block', provider }],
      });
    await put('judge-closed');
    const answers = ['That is rude.', 'A soft one.', 'I break.'];
    const runs = [];
    for (const [index, text] of answers.entries()) {
      if (index === 2) await put('judge-open');
      const turns = [[{ text, toolCalls: index === 1 ? [write('plain')] : [] }], [{ text: 'Fine.' }]];
      const script = await stack.script({ turns }, { client });
      const run = await client.run('guarded', { message: 'Go.', models: script.models });
      await run.ended();
      runs.push(run);
    }
    expect(runs.map((run) => run.ofType('agent.message').map((message) => message.text))).toEqual([
      ['[This answer was withheld by a guardrail.]', 'Fine.'],
      ['kind words', 'Fine.'],
      ['I break.'],
    ]);
    expect(
      runs.map((run) => run.ofType('br.guardrail_intervention').map((each) => [each.action, each.reasonCode])),
    ).toEqual([[['block', 'toxic']], [['redact', 'provider_verdict']], [['warn', 'provider_failed']]]);
    expect(asked.map(({ body }) => [body.hook, body.tool, body.text])).toContainEqual([
      'tool_args',
      'workspace_write',
      'name: a.md\ncontent: plain\n',
    ]);
    expect(new Set(asked.map(({ headers }) => headers.authorization))).toEqual(new Set([`Bearer ${key}`]));
    await put('judge-closed');
    const tried = await client.call<{ blocked: boolean }>('POST', '/v1/guardrails/test', {
      text: 'break',
      hook: 'output',
    });
    expect(tried).toMatchObject({ verdict: 'block', blocked: true });
    const { data } = await client.call<{ data: { id: string; name: string }[] }>('GET', '/v1/guardrails/providers');
    const removed = await Promise.all(data.map(({ id }) => client.request('DELETE', `/v1/guardrails/providers/${id}`)));
    expect(removed.map(({ status }, i) => [data[i]?.name, status])).toEqual([
      ['judge-closed', 409],
      ['judge-open', 200],
    ]);
  } finally {
    close();
  }
});

test('[guardrail:provider:asked-before-it-is-stored] a provider is asked about messages, results of bundled tools and answers that an interrupt cut short', async () => {
  const { url, asked, close } = await startJudgingProvider();
  try {
    const client = await guardedBy({});
    await client.call('POST', '/v1/guardrails/providers', { name: 'judge', url });
    await client.call('PUT', '/v1/guardrails/config', judgedEverywhere);
    const document = (name: string, content: string) =>
      client.call('PUT', `/v1/agents/guarded/context/workspace/${name}`, { content });
    await document('one.md', 'A rude word.');
    await document('two.md', 'A soft word.');
    const read = (name: string) => ({ name: 'workspace_read', args: { name } });
    const script = await stack.script(
      {
        turns: [
          [{ toolCalls: [read('one.md'), read('two.md'), write('fine'), write('so rude')] }],
          [{ text: 'Well.' }],
          [{ text: 'Well.' }],
          [{ text: 'That is rude and so. The second half.', chunks: 2, holdUntil: 'never', holdAt: 'mid_stream' }],
        ],
      },
      { client },
    );
    const run = await client.run('guarded', { message: 'A soft one.', models: script.models, on_complete: 'idle' });
    await run.waitForType('session.status_idle');
    expect(run.ofType('agent.tool_result').map(({ preview, isError }) => [preview, isError])).toEqual([
      // A refused call has its result at once.
      [expect.stringContaining('was not made'), true],
      [expect.stringContaining('withheld'), false],
      ['kind words', false],
      [expect.stringContaining('a.md'), false],
    ]);
    const { requests } = await script.report();
    expect(JSON.stringify(requests[0]?.body)).toContain('kind words');
    expect(JSON.stringify(requests)).not.toContain('soft one');
    expect(asked.map(({ body }) => [body.hook, body.text])).toContainEqual(['input', 'A soft one.']);

    const steer = (text: string) =>
      client.request('POST', `/v1/sessions/${run.sessionId}/events`, { type: 'user.message', text });
    await steer('You are rude.');
    await until('the second answer', () => run.ofType('agent.message').length === 2);
    const transcript = JSON.stringify(await client.call('GET', `/v1/sessions/${run.sessionId}/transcript`));
    expect(transcript).toContain('[A message of the user was withheld by a guardrail.]');
    expect(transcript).not.toContain('You are rude');

    await until('the session to be idle again', () => run.ofType('session.status_idle').length === 2);
    await steer('Go on.');
    await until(
      'half of the answer to be sent',
      async () => ((await script.report()).requests[3]?.sent.frames ?? 0) > 0,
    );
    await client.request('POST', `/v1/sessions/${run.sessionId}/events`, { type: 'user.interrupt' });
    expect(await run.ended()).toMatchObject({ reason: 'interrupted' });
    expect(run.ofType('agent.message').map(({ text }) => text)).toEqual(['Well.', 'Well.']);
    const verdicts = await stack.db.serviceTransaction((tx) =>
      tx.query('verdicts-left', 'SELECT asked FROM guardrail_verdict WHERE session_id = $1', [run.sessionId]),
    );
    expect(verdicts).toEqual([]);
  } finally {
    close();
  }
});

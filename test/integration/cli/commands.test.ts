import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type CommandResult, command, commandProcess } from '../../support/command-line.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { DEAR, LIST } from '../../support/script-parts.ts';
import type { ScriptedProvider } from '../../support/scripted-provider.ts';
import { shareStack } from '../../support/shared-stack.ts';
import type { SharedStack } from '../../support/stack.ts';
import { CASES } from './command-cases.ts';

let stack: SharedStack;
let agentId: string;
let home: string;
/** The address and an admin key of the tenant of this file. */
let env: Record<string, string>;
let ended: { readonly id: string; readonly models: readonly string[] };
let readKey: string;

beforeAll(async () => {
  stack = await shareStack();
  agentId = await stack.newAgent({ budget_daily_usd: 5 });
  home = mkdtempSync(path.join(tmpdir(), 'agent-runs-cli-'));
  env = {
    HOME: home,
    XDG_CONFIG_HOME: path.join(home, 'config'),
    AGENT_RUNS_HOME: path.join(home, 'no-stack'),
    AGENT_RUNS_URL: stack.baseUrl,
    AGENT_RUNS_API_KEY: stack.api.apiKey,
  };
  const script = await answering('First.');
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  await run.ended();
  ended = { id: run.sessionId, models: script.models };
  const created = await stack.api.call<{ key: string }>('POST', '/v1/api-keys', { scopes: ['read'] });
  readKey = created.key;
  stack.secrets.add(readKey);
});
afterEach(() => checkInvariants(stack));
afterAll(async () => {
  await stack?.stop();
  rmSync(home, { recursive: true, force: true });
});

/** A provider whose models give these answers. */
function answering(...texts: string[]): Promise<ScriptedProvider> {
  return stack.script({ turns: texts.map((text) => [{ text }]) });
}

/** Asks to write a file, which the policy of the test leaves to a person. */
async function asking(): Promise<ScriptedProvider> {
  const policy = { tool_name: 'workspace_write', allowed: true, requires_approval: true, effect: 'write' };
  await stack.api.call('PUT', '/v1/mcp/governance/policy', policy);
  const call = { name: 'workspace_write', args: { name: 'note.md', content: 'Noted.' } };
  return stack.script({ turns: [[{ toolCalls: [call] }], [{ text: 'Written.' }]] });
}

const run = (argv: readonly string[], input?: string, extra: Readonly<Record<string, string>> = {}) =>
  command(argv, { env: { ...env, ...extra }, ...(input === undefined ? {} : { input }) }).ended;
const modelsOf = ({ models }: { models: readonly string[] }) => models.flatMap((model) => ['--model', model]);

test.each(CASES)('[cli:exit-codes:say-what-happened] $says: exit code $code', async (each) => {
  const known = { agentId, endedId: ended.id, readKey };
  const result = await run(each.argv(known), each.input ?? '', each.env?.(known));
  expect(result, `${result.stdout}\n${result.stderr}`).toMatchObject({ code: each.code });
  if (each.stdout !== undefined) expect(result.stdout).toMatch(each.stdout);
  if (each.stderr !== undefined) expect(result.stderr).toMatch(each.stderr);
});

test('[cli:output:data-and-messages-apart] the same list as a table, as an array and as lines', async () => {
  const list = ['sessions', 'list', '--reason', 'completed'];
  const [table, json, jsonl] = await Promise.all([
    run(list),
    run([...list, '-o', 'json']),
    run([...list, '-o', 'jsonl', '-q']),
  ]);
  const items: { id: string }[] = JSON.parse(json.stdout);
  expect(items.map(({ id }) => id)).toContain(ended.id);
  expect(linesOf(jsonl)).toEqual(items);
  expect(table.stdout).toContain(ended.id);
  expect(table.stderr).toContain(`using AGENT_RUNS_URL: ${stack.baseUrl}`);
  expect(jsonl.stderr).toBe('');
});

test('[cli:output:data-and-messages-apart] colours are for terminals without NO_COLOR, and a table there fits its width', async () => {
  const list = ['sessions', 'list'];
  const colour = '\u001b[1m';
  const shown = await command(list, { env, terminal: true }).ended;
  expect(shown.stdout).toContain(colour);
  const plain = await command(list, { env: { ...env, NO_COLOR: '1' }, terminal: true }).ended;
  expect(plain.stdout).not.toContain('\u001b');
  expect(Math.max(...plain.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
  expect((await run(list)).stdout).not.toContain('\u001b');
});

test('[cli:service:found-in-order] a profile goes before the environment, the environment before the stack that runs here', async () => {
  const other = { AGENT_RUNS_URL: 'http://127.0.0.1:1', AGENT_RUNS_API_KEY: 'brk_other' };
  const added = await run(['profiles', 'add', 'here', '--url', stack.baseUrl], `${stack.api.apiKey}\n`);
  expect(added).toMatchObject({ code: 0, stdout: '' });
  const ofProfile = await run(['agents', 'list'], '', other);
  expect(ofProfile).toMatchObject({ code: 0 });
  expect(ofProfile.stderr).toContain(`using profile here: ${stack.baseUrl}`);
  const listed = await run(['profiles', 'list', '-o', 'json']);
  expect(JSON.parse(listed.stdout)).toMatchObject([{ name: 'here', base_url: stack.baseUrl, current: true }]);
  expect(listed.stdout).not.toContain(stack.api.apiKey);
  expect(await run(['agents', 'list', '--profile', 'gone'])).toMatchObject({ code: 2 });
  expect(await run(['profiles', 'remove', 'here', '--yes'])).toMatchObject({ code: 0 });
  const ofEnvironment = await run(['agents', 'list'], '', other);
  expect(ofEnvironment).toMatchObject({ code: 1 });
  expect(ofEnvironment.stderr).toContain('using AGENT_RUNS_URL: http://127.0.0.1:1');

  const ofStack = { AGENT_RUNS_URL: '', AGENT_RUNS_API_KEY: '', AGENT_RUNS_HOME: stack.home };
  expect((await run(['--help'], '', ofStack)).code).toBe(0);
  // The stack that the tests share serves from its own home. Its first tenant has none of our agents.
  const here = await run(['agents', 'list', '-o', 'json'], '', ofStack);
  expect(here.stderr).toContain(`using the stack on ${stack.home}: ${stack.baseUrl}`);
  expect(here.stdout).not.toContain(agentId);
});

test('[cli:service:found-in-order] a file of profiles that is none is refused with what is wrong in it', async () => {
  const config = path.join(home, 'broken');
  mkdirSync(path.join(config, 'agent-runs'), { recursive: true });
  writeFileSync(path.join(config, 'agent-runs/profiles.json'), '{"profiles": {"a": {"base_url": "here"}}}');
  const result = await run(['agents', 'list'], '', { XDG_CONFIG_HOME: config });
  expect(result).toMatchObject({ code: 1, stdout: '' });
  expect(result.stderr).toContain('profiles.a.base_url');
});

interface Ending {
  readonly says: string;
  readonly script: Parameters<SharedStack['script']>[0];
  readonly flags?: readonly string[];
  readonly code: number;
  readonly reason: string;
}

const ENDINGS: readonly Ending[] = [
  { says: 'an answer', script: { turns: [[{ text: 'Yes.' }]] }, code: 0, reason: 'completed' },
  {
    says: 'too many turns',
    script: { turns: [[{ toolCalls: [LIST] }]], repeat: true },
    flags: ['--max-turns', '1'],
    code: 5,
    reason: 'max_turns',
  },
  {
    says: 'a model that refuses',
    script: { turns: [[{ status: 400, errorMessage: 'No.' }]], repeatLastAttempt: true },
    code: 5,
    reason: 'error',
  },
  {
    says: 'a cap that is spent',
    script: { turns: [[{ toolCalls: [LIST], usage: { inputTokens: 0, outputTokens: 250 } }]], repeat: true },
    flags: ['--budget-cap-usd', '0.15'],
    code: 7,
    reason: 'budget_exhausted',
  },
];

test.each(ENDINGS)('[cli:exit-codes:say-what-happened] a run that ends with $says: $code', async (each) => {
  const script = await stack.script(each.script, { models: DEAR });
  const argv = ['run', agentId, 'Go.', ...modelsOf(script), ...(each.flags ?? [])];
  const result = await run([...argv, '-o', 'json'], '');
  expect(result, result.stderr).toMatchObject({ code: each.code });
  expect(JSON.parse(result.stdout)).toMatchObject({ reason: each.reason });
});

test('[cli:output:data-and-messages-apart] a run prints its answer, and its events with --watch, in each format', async () => {
  const script = await stack.script({ turns: [[{ text: 'Forty-two.' }]], repeatLastAttempt: true });
  const argv = ['run', agentId, ...modelsOf(script)];
  expect(await run([...argv, '-'], 'What is it?')).toMatchObject({ code: 0, stdout: 'Forty-two.\n' });
  const text = await run([...argv, 'What?', '--watch'], '');
  expect(text.stdout).toMatch(/▶ session[\s\S]*✎ answer of scripted-1[\s\S]*Forty-two\.[\s\S]*■ completed/);
  const lines = linesOf(await run([...argv, 'What?', '--watch', '-o', 'jsonl'], ''));
  expect(lines.at(0)).toMatchObject({ type: 'session.status_running', id: '1' });
  expect(lines.at(-1)).toMatchObject({ type: 'session.status_ended' });
  const array = JSON.parse((await run([...argv, 'What?', '--watch', '-o', 'json'], '')).stdout);
  expect(array).toHaveLength(lines.length);
});

test('[cli:watch:steered-and-left] lines of standard input steer a session that waits, and its end is the end of the command', async () => {
  const script = await answering('First.', 'Second.');
  const watching = command(['run', agentId, 'Go.', '--watch', '--on-complete', 'idle', ...modelsOf(script)], { env });
  await watching.shows(/First\.[\s\S]*⏸ idle/);
  watching.type('Go on.\n');
  await watching.shows(/Second\.[\s\S]*⏸ idle/);
  watching.type('/nonsense\n/interrupt\n');
  const { code, stdout, stderr } = await watching.ended;
  expect(code).toBe(3);
  expect(stdout).toContain('■ interrupted');
  expect(stderr).toContain('there is no /nonsense');
});

test('[cli:watch:steered-and-left] a call that asks is approved by a line; where nobody can answer, the command ends with 6 and says how', async () => {
  const script = await asking();
  const argv = ['run', agentId, 'Go.', '--watch', ...modelsOf(script)];
  const watching = command(argv, { env });
  await watching.shows(/⏸ idle requires action/);
  watching.type('/approve\n');
  expect(await watching.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('Written.') });

  const second = await asking();
  const alone = await run(['run', agentId, 'Go.', ...modelsOf(second)], '');
  expect(alone).toMatchObject({ code: 6, stdout: '' });
  const [, approval = ''] = /approvals approve (\S+),/.exec(alone.stderr) ?? [];
  const [, session = ''] = /session (sess_\w+)/.exec(alone.stderr) ?? [];
  expect(await run(['approvals', 'deny', approval, '-m', 'Not now.'])).toMatchObject({ code: 0 });
  const tail = await run(['sessions', 'tail', session, '-o', 'jsonl'], '');
  expect(tail).toMatchObject({ code: 0 });
  expect(tail.stdout).toContain('Not now.');
});

test('[cli:watch:steered-and-left] Ctrl-C leaves a session running and says how to come back; the events go on where they were left', async () => {
  const script = await stack.script({
    turns: [[{ toolCalls: [LIST] }], [{ text: 'Done.', holdUntil: 'left' }]],
  });
  const argv = ['run', agentId, 'Go.', '--watch', '-o', 'json', ...modelsOf(script)];
  const watching = commandProcess(argv, { env });
  await script.waitForRequests(2);
  await watching.shows(/agent\.tool_result/);
  watching.interrupt();
  const left = await watching.ended;
  expect(left, left.stderr).toMatchObject({ code: 3 });
  const [, id = '', after = ''] = /agent-runs sessions tail (sess_\w+) --after (\S+)/.exec(left.stderr) ?? [];
  expect(await stack.api.call('GET', `/v1/sessions/${id}`)).toMatchObject({ status: 'running' });
  await script.release('left');
  const back = await run(['sessions', 'tail', id, '--after', after, '-o', 'json'], '');
  expect(back).toMatchObject({ code: 0 });
  const seen = [...JSON.parse(left.stdout), ...JSON.parse(back.stdout)].map((event: { id: string }) =>
    Number(event.id),
  );
  expect(seen).toEqual(seen.map((_, index) => index + 1));
});

test('[cli:output:data-and-messages-apart] a reader that has enough ends the command without an error', async () => {
  const shell = `node '${path.resolve('cli/agent-runs.mjs')}' sessions tail ${ended.id} -o jsonl | head -1`;
  const piped = await shellOutput(shell);
  expect(piped.stdout.split('\n')).toHaveLength(2);
  expect(piped.stderr).not.toMatch(/EPIPE|Error/);
});

test('[cli:verbs:act-on-sessions] a session is paused, resumed, terminated and deleted, and an agent too', async () => {
  const script = await answering('First.', 'Second.');
  const started = await run(
    ['run', agentId, 'Go.', '--detach', '-o', 'json', '--body', '{"on_complete":"idle"}', ...modelsOf(script)],
    '',
  );
  const { id } = JSON.parse(started.stdout) as { id: string };
  const watching = command(['sessions', 'tail', id], { env });
  await watching.shows(/First\.[\s\S]*⏸ idle/);
  expect(await run(['sessions', 'pause', id])).toMatchObject({ code: 0 });
  await watching.shows(/⏸ idle paused/);
  expect(await run(['sessions', 'resume', id])).toMatchObject({ code: 0 });
  expect(await run(['sessions', 'update', id, '--max-turns', '7', '-o', 'json'])).toMatchObject({
    stdout: expect.stringContaining('"max_turns": 7'),
  });
  expect(await run(['agents', 'pause', agentId])).toMatchObject({ code: 0 });
  expect(await run(['agents', 'resume', agentId])).toMatchObject({ code: 0 });
  expect(await run(['sessions', 'terminate', id, '--yes'])).toMatchObject({ code: 0 });
  expect(await watching.ended).toMatchObject({ code: 3, stdout: expect.stringContaining('■ terminated') });
  expect(await run(['sessions', 'retry', id, ...modelsOf(script)])).toMatchObject({ code: 0 });
  expect(await run(['agents', 'terminate-sessions', agentId, '--yes'])).toMatchObject({ code: 0 });
});

test('[cli:verbs:act-on-sessions] a fork goes its own way, and is compared with its source', async () => {
  const script = await stack.script({ turns: [[{ text: 'First.' }], [{ text: 'Otherwise.' }]] });
  const argv = ['sessions', 'fork', ended.id, '--from-turn', '0', '-m', 'Again.', '-o', 'json', ...modelsOf(script)];
  const forked = await run(argv);
  expect(forked, forked.stderr).toMatchObject({ code: 0 });
  const { id, forked_from } = JSON.parse(forked.stdout);
  expect(forked_from).toMatchObject({ session_id: ended.id, turn: 0 });
  expect(await run(['sessions', 'tail', id])).toMatchObject({ code: 0, stdout: expect.stringContaining('Otherwise.') });
  const diff = await run(['sessions', 'diff', ended.id, id]);
  expect(diff.stdout).toMatch(/ 1 ≠ turn[\s\S]*\+ text: Otherwise\./);
});

test('[cli:verbs:act-on-sessions] a session is played again from its recording', async () => {
  const replayed = await run(['sessions', 'replay', ended.id, '--recorded-models', '-o', 'json']);
  expect(replayed, replayed.stderr).toMatchObject({ code: 0 });
  const { id, replay_of } = JSON.parse(replayed.stdout);
  expect(replay_of).toMatchObject({ session_id: ended.id, recorded_models: true });
  expect(await run(['sessions', 'tail', id])).toMatchObject({ code: 0, stdout: expect.stringContaining('First.') });
  const diff = await run(['sessions', 'diff', ended.id, id]);
  expect(diff.stdout).toBe(' 0 = scripted-1, 0 calls\n');
});

test('[cli:verbs:act-on-sessions] a key is made, shown once, and revoked', async () => {
  const created = await run(['keys', 'create', '--name', 'ci', '--scope', 'read']);
  const key = created.stdout.trim();
  stack.secrets.add(key);
  expect(key).toMatch(/^brk_/);
  const keys: { id: string; name: string }[] = JSON.parse((await run(['keys', 'list', '-o', 'json'])).stdout);
  const { id = '' } = keys.find(({ name }) => name === 'ci') ?? {};
  expect(await run(['keys', 'revoke', id, '--yes'])).toMatchObject({ code: 0 });
  expect(await run(['agents', 'list'], '', { AGENT_RUNS_API_KEY: key })).toMatchObject({ code: 4 });
});

test('[cli:output:data-and-messages-apart] a shell gets a script, and what completes a command', async () => {
  const script = await commandProcess(['completion', 'bash'], { env }).ended;
  expect(script).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('complete -F __agent_runs_complete agent-runs'),
  });
  const { stdout } = await commandProcess(['complete', '--', 'sessions', 't'], { env }).ended;
  expect(stdout).toMatch(/^tail\b/m);
});

/** What a shell prints for a pipe of commands. */
async function shellOutput(script: string): Promise<{ stdout: string; stderr: string }> {
  const child = spawn('sh', ['-c', script], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (chunk) => (texts[name] += String(chunk)));
  await once(child, 'close');
  return texts;
}

function linesOf({ stdout }: CommandResult): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

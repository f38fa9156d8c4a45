import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sdkCommand } from '../fixtures/sdk/sdk-command.ts';
import { type SdkProgram, type Seen, startSdkProgram } from '../fixtures/sdk/sdk-program.ts';
import { LANGUAGES, type Language, type Step, wireCaseSchema } from '../fixtures/sdk/wire-case.ts';
import { checkInvariants } from '../support/invariants.ts';
import type { ScriptedProvider } from '../support/scripted-provider.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const VICTIMS = ['api', 'worker', 'temporal', 'postgres'] as const;
const WRITE = { name: 'workspace_write', args: { name: 'notes.md', content: 'Kites need wind.' } };

let stack: TestStack;
const programs = new Map<Language, SdkProgram>();

beforeAll(async () => {
  stack = await startTestStack();
  for (const language of LANGUAGES) programs.set(language, startSdkProgram(await sdkCommand(language)));
});
afterAll(async () => {
  await Promise.all([...programs.values()].map((program) => program.end()));
  await stack.stop();
});

/** Plays steps through the SDK of a language. */
function play(language: Language, agentId: string, name: string, steps: readonly Step[]): Promise<Seen> {
  const wireCase = { name, guarantee: '', client: { maxRetries: 12 }, server: [], steps, expect: {} };
  const program = programs.get(language) ?? expect.fail(`There is no program for ${language}.`);
  return program.play(wireCaseSchema.parse(wireCase), { baseUrl: stack.baseUrl, apiKey: stack.api.apiKey, agentId });
}

interface Followed {
  readonly language: Language;
  readonly agentId: string;
  readonly script: ScriptedProvider;
  readonly seen: Promise<Seen>;
}

/** A run that waits in each of its first turns until it is released, so that it is under way at every kill. */
async function follow(language: Language): Promise<Followed> {
  const agentId = await stack.newAgent();
  const held = VICTIMS.map((victim) => [{ toolCalls: [WRITE], holdUntil: victim }]);
  const script = await stack.script({ turns: [...held, [{ text: 'Done.' }]], repeatLastAttempt: true });
  const run: Step = { do: 'run', params: { models: script.models, max_turns: 20 } };
  const steps: Step[] = [run, { do: 'iterateTogether', as: ['a', 'b'] }, { do: 'result' }];
  return { language, agentId, script, seen: play(language, agentId, 'followed', steps) };
}

describe('[I1] [I2] [sdk:stream:each-event-once] [sdk:run:starts-once] api, worker, Temporal and Postgres are killed in turn', () => {
  const followed: Followed[] = [];
  const calls = new Map<Language, Promise<Seen>[]>(LANGUAGES.map((language) => [language, []]));

  beforeAll(async () => {
    followed.push(...(await Promise.all(LANGUAGES.map(follow))));
    const plain = await stack.script({ turns: [[{ text: 'Plain.' }]], repeatLastAttempt: true });
    for (const [index, victim] of VICTIMS.entries()) {
      await Promise.all(followed.map(({ script }) => script.waitForRequests(index + 1, { timeoutMs: 90_000 })));
      const killed = stack.processes.kill(victim);
      // These calls meet a service that is going away, is away, or is coming back.
      for (const { language, agentId } of followed) {
        const steps: Step[] = [{ do: 'call', params: { models: plain.models } }];
        calls.get(language)?.push(play(language, agentId, `called-while-${victim}-is-killed`, steps));
      }
      await killed;
      await stack.processes.ready(victim);
      await Promise.all(followed.map(({ script }) => script.release(victim)));
    }
    await Promise.all(followed.map(({ seen }) => seen));
    await Promise.all([...calls.values()].flat());
  }, 420_000);

  test.each(LANGUAGES)('%s: every iterator sees every event of the log once, in order', async (language) => {
    const { seen, agentId } = followed.find((each) => each.language === language) ?? expect.fail();
    const { events, results, errors } = await seen;
    expect(errors).toEqual([]);
    expect(results).toMatchObject([{ reason: 'completed', text: 'Done.', totalTurns: VICTIMS.length + 1 }]);
    const sessionId = String(results[0]?.sessionId);
    const log = await logOf(sessionId);
    expect(events.a).toEqual(log);
    expect(events.b).toEqual(log);
    expect(await sessionsOf(agentId)).toContain(sessionId);
  });

  test.each(LANGUAGES)('%s: each call has a result, and started one session', async (language) => {
    const { agentId } = followed.find((each) => each.language === language) ?? expect.fail();
    const seen = await Promise.all(calls.get(language) ?? []);
    expect(seen.flatMap(({ errors }) => errors)).toEqual([]);
    const results = seen.flatMap((each) => each.results);
    expect(results.map(({ reason, text }) => [reason, text])).toEqual(VICTIMS.map(() => ['completed', 'Plain.']));
    expect(await sessionsOf(agentId)).toHaveLength(VICTIMS.length + 1);
  });

  test('the invariants hold', async () => {
    for (const { agentId } of followed) for (const id of await sessionsOf(agentId)) stack.records.sessions.add(id);
    await checkInvariants(stack);
  });
});

/** The log of a session, as the JSON list shows it. */
async function logOf(sessionId: string): Promise<string[]> {
  const path = `/v1/sessions/${sessionId}/events?limit=100`;
  const { data } = await stack.api.call<{ data: { seq: number; type: string }[] }>('GET', path);
  return data.map(({ seq, type }) => `${seq} ${type}`);
}

async function sessionsOf(agentId: string): Promise<string[]> {
  const { data } = await stack.api.call<{ data: { id: string }[] }>('GET', `/v1/sessions?agent_id=${agentId}`);
  return data.map(({ id }) => id);
}

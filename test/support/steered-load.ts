import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { SeededRandom } from '../../domain/random.ts';
import type { ScriptInput } from '../../simulated/scripts/script-schema.ts';
import type { ApiClient } from './client.ts';
import type { EventWatch } from './event-watch.ts';
import type { PersistentClient } from './persistent-client.ts';
import type { ScriptedProvider } from './scripted-provider.ts';

/** A session that is watched and gets messages while it runs. */
export interface SteeredSession {
  readonly watch: EventWatch;
  /** Resolves when every message has been answered. */
  readonly posted: Promise<void>;
  /**
   * Resolves when the session has completed.
   * @throws Error unless each accepted message is in its last prompt exactly once
   */
  completed(timeoutMs: number): Promise<void>;
}

export interface SteeredLoad {
  readonly client: ApiClient;
  readonly persistent: PersistentClient;
  readonly script: (script: ScriptInput) => Promise<ScriptedProvider>;
  readonly agentId: string;
  readonly random: SeededRandom;
  readonly turns: number;
  readonly messages: number;
  /** The longest time that a model call takes. */
  readonly thinkMs: number;
}

const WRITE = { name: 'memory_append', args: { fact: 'Kites need wind.' } };

export async function startSteeredSession(load: SteeredLoad): Promise<SteeredSession> {
  const { random, agentId } = load;
  const script = await load.script({
    turns: [
      ...Array.from({ length: load.turns }, () => [
        { toolCalls: [WRITE], delayBeforeMs: Math.round(load.thinkMs * random.uniform()) },
      ]),
      // Each message that comes during a last answer needs one more answer.
      ...Array.from({ length: load.messages + 1 }, () => [{ text: 'Done.' }]),
    ],
    repeatLastAttempt: true,
  });
  const tag = randomBytes(4).toString('hex');
  const sessionId = await load.persistent.createSession(agentId, {
    message: `Task ${tag}.`,
    models: script.models,
    max_turns: load.turns + load.messages + 5,
  });
  const watch = load.client.watch(sessionId);
  const accepted: string[] = [];
  const gapMs = (load.turns * load.thinkMs) / 2 / (load.messages + 1);
  const post = async () => {
    for (let n = 1; n <= load.messages; n++) {
      await pause(gapMs * 2 * random.uniform());
      const text = `Message ${n} to ${tag}.`;
      if (await load.persistent.steer(agentId, sessionId, { type: 'user.message', text })) accepted.push(text);
    }
  };
  const posted = post();
  posted.catch(() => undefined);
  return {
    watch,
    posted,
    async completed(timeoutMs) {
      await posted;
      const end = await watch.ended(timeoutMs);
      if (end.reason !== 'completed') throw new Error(`${sessionId} did not complete: ${JSON.stringify(end)}`);
      const prompt = JSON.stringify((await script.report()).requests.at(-1)?.body);
      for (const text of accepted) {
        const times = prompt.split(text).length - 1;
        if (times !== 1) throw new Error(`${sessionId} was told "${text}" ${times} times.`);
      }
    },
  };
}

import { setTimeout as pause } from 'node:timers/promises';
import { type SeededRandom, seededRandom } from '../../domain/random.ts';
import type { EventWatch } from '../support/event-watch.ts';
import type { PersistentClient } from '../support/persistent-client.ts';
import type { TestStack } from '../support/stack.ts';
import { createMessageWitness, type MessageWitness } from './message-witness.ts';
import { createSessionPlan, type SoakTools, userMessage } from './session-plan.ts';
import type { FleetSession } from './strict-fleet.ts';

/** A session that is about to run, with what its models will answer. */
export interface PlannedSession extends FleetSession {
  readonly witness: MessageWitness;
  readonly random: SeededRandom;
}

export interface SoakSession extends PlannedSession {
  readonly id: string;
  readonly watch: EventWatch;
  /** Turns that have begun. */
  turns(): number;
  /** Resolves when the session has ended. @throws Error unless it used up its turns and read its messages */
  done(): Promise<void>;
}

const TURNS_BETWEEN_MESSAGES = 15;
const LOOK_EVERY_MS = 100;

export function planSession(seed: string, contextWindow: number, tools: SoakTools): PlannedSession {
  const name = `soak-${contextWindow}`;
  const witness = createMessageWitness(name);
  const plan = createSessionPlan(`${seed}:${name}`, tools);
  return {
    name,
    contextWindow,
    witness,
    random: seededRandom(`${seed}:${name}:messages`),
    answer(request) {
      witness.saw(request);
      return plan(request);
    },
  };
}

/** Starts the session and steers it until it ends. */
export async function startSoakSession(
  stack: TestStack,
  persistent: PersistentClient,
  run: {
    readonly planned: PlannedSession;
    readonly agentId: string;
    readonly models: readonly string[];
    readonly turns: number;
  },
): Promise<SoakSession> {
  const { planned, agentId, models } = run;
  const { witness, random } = planned;
  const id = await persistent.createSession(agentId, {
    message: userMessage(random, witness.tag(0)),
    models,
    max_turns: run.turns,
    budget_cap_usd: 100_000,
    context_tokens: planned.contextWindow,
  });
  const watch = stack.api.watch(id);
  const turns = turnCounter(watch);
  let accepted = 0;
  const steering = steer();

  async function steer(): Promise<void> {
    for (let message = 1; ; message++) {
      const atTurn = Math.round((message - 1 + 0.2 + 0.6 * random.uniform()) * TURNS_BETWEEN_MESSAGES);
      if (atTurn >= run.turns - 1) return;
      while (turns() <= atTurn && !isOver(watch)) await pause(LOOK_EVERY_MS);
      const text = userMessage(random, witness.tag(message));
      if (!(await persistent.steer(agentId, id, { type: 'user.message', text }))) return;
      accepted = message;
    }
  }

  return {
    ...planned,
    id,
    watch,
    turns,
    async done() {
      await steering;
      while (!isOver(watch)) await pause(LOOK_EVERY_MS);
      const end = await watch.ended();
      const { reason, totalTurns, undelivered = 0 } = end;
      if (reason !== 'max_turns' || totalTurns !== run.turns) {
        const failures = watch.ofType('br.model_selected').flatMap(({ failed }) => failed ?? []);
        throw new Error(
          `${planned.name} (${id}) should have had ${run.turns} turns and ended: ${JSON.stringify(end)}\n` +
            failures
              .slice(-4)
              .map((failed) => JSON.stringify(failed))
              .join('\n'),
        );
      }
      if (undelivered === 0 && witness.latest !== accepted) {
        throw new Error(`No request showed the last message, ${accepted}, of ${planned.name} (${id}).`);
      }
      if (witness.violations.length > 0) throw new Error(witness.violations.slice(0, 10).join('\n'));
    },
  };
}

/** Counts the turns that have begun. It looks at each event once, because a long session has thousands. */
function turnCounter({ events }: EventWatch): () => number {
  let seen = 0;
  let turns = 0;
  return () => {
    for (; seen < events.length; seen++) {
      const event = events[seen];
      if (event?.type === 'br.model_selected' && event.data.reason !== 'failover') turns += 1;
    }
    return turns;
  };
}

function isOver({ events }: EventWatch): boolean {
  return events.at(-1)?.type === 'session.status_ended';
}

import { type Metrics, rounded, single } from '../../bench/metric.ts';
import { seededRandom } from '../../domain/random.ts';
import { checkInvariants } from '../support/invariants.ts';
import { createPersistentClient } from '../support/persistent-client.ts';
import type { TestStack } from '../support/stack.ts';
import { injectFaults } from './faults.ts';
import { providerChanges, sampleWorkerMemory, turnFigures } from './figures.ts';
import type { SoakSettings } from './settings.ts';
import { planSession, startSoakSession } from './soak-session.ts';
import { startStrictFleet } from './strict-fleet.ts';

const PROGRESS_EVERY_MS = 5_000;
/** What a file of the workspace may hold, nearly. */
const FILE_BYTES = 60 * 1_024;

/**
 * Runs one long session for each context window, all at once, on models that change from turn to turn between protocols
 * and servers that refuse whatever the strictest real ones refuse, while processes are killed.
 * @throws Error unless every session used up its turns, no request was refused, each request had the latest message, and
 * every invariant holds
 */
export async function runLongSoak(
  stack: TestStack,
  settings: SoakSettings,
  log: (line: string) => void,
): Promise<Metrics> {
  const { seed, turns, windows } = settings;
  const plain = await stack.toolServer('plain', { effect: 'write', idempotent: false });
  // Nobody is there to say what became of a call that was lost.
  await stack.api.call('PUT', '/v1/mcp/governance', { unknown_effects: 'tell' });
  const reads = await stack.toolServer('reads', { effect: 'read', idempotent: false });
  const planned = windows.map((window) => planSession(seed, window, { write: plain.tool, read: reads.tool }));
  const fleet = await startStrictFleet(stack.api, planned);
  const memory = sampleWorkerMemory(stack);
  const over = new AbortController();
  const startedMs = performance.now();
  try {
    stack.providers.push(...fleet.reporting);
    const agentId = await agentWithFile(stack);
    const persistent = createPersistentClient({
      baseUrl: stack.baseUrl,
      apiKey: stack.api.apiKey,
      records: stack.records,
    });
    const sessions = await Promise.all(
      planned.map((each) =>
        startSoakSession(stack, persistent, { planned: each, agentId, models: fleet.models(each), turns }),
      ),
    );
    const happened: string[] = [];
    const progress = () => {
      const all = sessions.map((session) => `${session.contextWindow / 1_000}k ${session.turns()}/${turns}`);
      const seconds = (performance.now() - startedMs) / 1_000;
      const rate = sessions.reduce((sum, session) => sum + session.turns(), 0) / seconds;
      log(
        `${Math.round(seconds)} s: ${all.join(', ')}; ${rate.toFixed(1)} turns/s; worker ${Math.round(memory.now() ?? 0)} MB; ` +
          `${fleet.tooLong()} prompts too long, ${fleet.refusals().length} refused otherwise`,
      );
    };
    const timer = setInterval(progress, PROGRESS_EVERY_MS);
    const faults = injectFaults(stack, {
      random: seededRandom(`${seed}:faults`),
      faults: settings.faults,
      turns,
      progress: () => Math.min(...sessions.map((session) => session.turns())),
      over: over.signal,
      log,
    }).then((all) => happened.push(...all));
    await Promise.all(sessions.map((session) => session.done())).finally(() => {
      clearInterval(timer);
      over.abort();
    });
    const seconds = (performance.now() - startedMs) / 1_000;
    await faults;
    progress();
    log('checking the invariants');
    await checkInvariants(stack);
    const refusals = fleet.refusals().map((refusal) => JSON.stringify(refusal));
    if (refusals.length > 0)
      throw new Error(`${refusals.length} requests were refused:\n${[...new Set(refusals)].slice(0, 20).join('\n')}`);
    return {
      ...turnFigures(sessions, turns),
      turns_per_second: single([(turns * sessions.length) / seconds], 'turns/s'),
      provider_changes: providerChanges(fleet.answeredBy),
      prompts_too_long: { value: fleet.tooLong(), unit: 'requests' },
      faults: { value: happened.length, unit: 'kills' },
      messages: { value: sessions.reduce((sum, { witness }) => sum + witness.latest + 1, 0), unit: 'messages' },
      ...workerMemory(memory.lastLife()),
    };
  } catch (error) {
    for (const refusal of fleet.refusals().slice(0, 5)) log(`refused: ${JSON.stringify(refusal)}`);
    throw error;
  } finally {
    over.abort();
    memory.stop();
    await fleet.close();
  }
}

function workerMemory(life: { readonly early: number; readonly late: number } | undefined): Metrics {
  if (life === undefined) return {};
  const { early, late } = life;
  return { worker_memory: { value: rounded(late), floor: rounded(early), ratio: rounded(late / early), unit: 'MB' } };
}

async function agentWithFile(stack: TestStack): Promise<string> {
  const agentId = await stack.newAgent({ budget_daily_usd: 1_000_000 });
  const line = 'The bees of hive 7 gave 12 kg of honey in June. ';
  const content = line.repeat(Math.ceil(FILE_BYTES / line.length)).slice(0, FILE_BYTES);
  await stack.api.call('PUT', `/v1/agents/${agentId}/context/workspace/hives.md`, { content });
  return agentId;
}

/** A window is full, and caches of the worker are, when a tenth of so many turns is over. */
const TURNS_TO_FILL = 500;
const MOST_GROWTH: readonly (readonly [figure: RegExp, ratio: number])[] = [
  [/^worker_memory$/, 1.25],
  [/^window_\d+_(turn|cost)$/, 1.5],
];

/** Which figures of a long run have grown. Nothing is said of a short one. */
export function growth(metrics: Metrics, { turns }: SoakSettings): string[] {
  if (turns < TURNS_TO_FILL) return [];
  return Object.entries(metrics).flatMap(([name, { value, ratio = 1, unit }]) => {
    const most = MOST_GROWTH.find(([figure]) => figure.test(name))?.[1] ?? Number.POSITIVE_INFINITY;
    return ratio > most ? [`${name} grew to ${value} ${unit}, ${ratio} times what it was`] : [];
  });
}

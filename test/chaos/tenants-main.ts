/**
 * Attacks the embedded stack as a hostile tenant, in rounds of a few attacks each that the seed chooses, while a quiet tenant
 * makes a run every second. After each round it checks every invariant. At the end it prints a table of the attacks, and the last
 * line is one line of JSON.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { seededRandom } from '../../domain/random.ts';
import { startAnsweringServer } from '../fixtures/answering-server.ts';
import { checkInvariants } from '../support/invariants.ts';
import { startTestStack } from '../support/stack.ts';
import { chaosSettings } from './chaos-run.ts';
import { attackRound } from './tenants/attack-round.ts';
import { createAttackTable } from './tenants/attack-table.ts';
import { attacks as allAttacks } from './tenants/attacks.ts';
import { MEMORY_BOUND_MB } from './tenants/process-memory.ts';
import { createQuietTenant } from './tenants/quiet-tenant.ts';

const settings = chaosSettings({ CHAOS_MINUTES: '20', ...process.env });
/** With `--each`, each attack is made once, alone. The table then says how much it slowed the quiet tenant down. */
const each = process.argv.includes('--each');
/** CHAOS_ONLY=<parts of names, separated by commas> makes the attacks with such names, one at a time. */
const only = process.env.CHAOS_ONLY ?? '';
const attacks = allAttacks.filter(({ name }) => only.split(',').some((part) => name.includes(part)));
console.log(
  `CHAOS_SEED=${settings.seed} CHAOS_MINUTES=${settings.minutes} CHAOS_ONLY=${only} (${attacks.length} attacks)`,
);
const random = seededRandom(`${settings.seed}:attacks`);
const ATTACKS_AT_ONCE = only === '' && !each ? 4 : 1;
/** Alone, an attack goes on for as long as the quiet tenant needs for some runs. */
const HOLD_MS = each ? 12_000 : 8_000;
/** The bounds on an attack that is made alone. */
const MOST_TIMES_SLOWER = 3;
const MOST_OVER_MS = 10_000;
const REST_MS = each ? 60_000 : 20_000;

const quantile = (times: readonly number[], q: number) =>
  [...times].sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(q * times.length))] ?? Number.NaN;

/** All attacks in a new order; asked again when it is used up, so each comes as often as any other. */
function shuffled() {
  return attacks.map((attack) => ({ attack, at: random.uniform() })).sort((a, b) => a.at - b.at);
}

const stack = await startTestStack();
const hostile = await startAnsweringServer();
let failed = false;
try {
  const quiet = await createQuietTenant(stack);
  const rest = new AbortController();
  const restRuns = quiet.runEverySecond(rest.signal);
  await pause(REST_MS);
  rest.abort();
  const restMs = await restRuns;
  console.log(`at rest: p50 ${Math.round(quantile(restMs, 0.5))} ms, p99 ${Math.round(quantile(restMs, 0.99))} ms`);

  const deadlineMs = performance.now() + settings.minutes * 60_000;
  const quietMs: number[] = [];
  const overMs: number[] = [];
  const peakMb = { api: 0, worker: 0 };
  const table = createAttackTable();
  let queue = shuffled();
  let tried = 0;
  while (each ? tried < attacks.length : performance.now() < deadlineMs) {
    if (queue.length < ATTACKS_AT_ONCE) queue = [...queue, ...shuffled()];
    const chosen = queue.splice(0, ATTACKS_AT_ONCE).map(({ attack }) => attack);
    const names = chosen.map(({ name }) => name);
    console.log(names.join(' + '));
    const figures = await attackRound({
      stack,
      hostileOf: () => hostile,
      quiet,
      attacks: chosen,
      size: 2,
      hold: () => pause(HOLD_MS),
    });
    await checkInvariants(stack);
    table.add(names, figures);
    quietMs.push(...figures.quietMs);
    overMs.push(figures.overMs);
    peakMb.api = Math.max(peakMb.api, figures.memoryMb.api);
    peakMb.worker = Math.max(peakMb.worker, figures.memoryMb.worker);
    tried += chosen.length;
    const timesSlower = quantile(figures.quietMs, 0.99) / quantile(restMs, 0.99);
    if (each && (timesSlower > MOST_TIMES_SLOWER || figures.overMs > MOST_OVER_MS)) {
      const overS = (figures.overMs / 1_000).toFixed(1);
      console.error(`${names.join()}: p99 ${timesSlower.toFixed(1)} times that at rest, over after ${overS} s.`);
      failed = true;
    }
    console.log(
      `  quiet p50 ${Math.round(quantile(figures.quietMs, 0.5))} ms, worst ${Math.round(Math.max(...figures.quietMs))} ms; ` +
        `over after ${Math.round(figures.overMs)} ms; api ${figures.memoryMb.api} MB, worker ${figures.memoryMb.worker} MB; invariants hold`,
    );
  }
  for (const name of ['api', 'worker'] as const) {
    if (peakMb[name] > MEMORY_BOUND_MB[name]) {
      console.error(`${name} had ${peakMb[name]} MB, and ${MEMORY_BOUND_MB[name]} MB are its bound.`);
      failed = true;
    }
  }
  for (const line of table.lines()) console.log(line);
  const [floor, p99] = [quantile(restMs, 0.99), quantile(quietMs, 0.99)];
  console.log(`${tried} attacks, ${quietMs.length} runs of the quiet tenant: every invariant holds`);
  console.log(
    JSON.stringify({
      'quiet tenant p50': {
        value: Math.round(quantile(quietMs, 0.5)),
        floor: Math.round(quantile(restMs, 0.5)),
        unit: 'ms',
      },
      'quiet tenant p99': {
        value: Math.round(p99),
        floor: Math.round(floor),
        ratio: Number((p99 / floor).toFixed(2)),
        unit: 'ms',
      },
      'over after suspension, worst': { value: Math.round(Math.max(...overMs)), unit: 'ms' },
      'memory of the api': { value: peakMb.api, unit: 'MB' },
      'memory of the worker': { value: peakMb.worker, unit: 'MB' },
    }),
  );
} finally {
  await hostile.close();
  await stack.stop();
}
if (failed) process.exitCode = 1;

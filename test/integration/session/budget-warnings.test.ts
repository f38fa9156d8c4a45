import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { warnOfBudgets } from '../../../activities/debit-budget/budget-warning.ts';
import { dayAccount, openAccount, readAccounts, runAccount, setAccountCap } from '../../../db/queries/ledger.ts';
import type { EventWatch } from '../../support/event-watch.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { DEAR, LIST } from '../../support/script-parts.ts';
import { shareStack } from '../../support/shared-stack.ts';
import type { SharedStack } from '../../support/stack.ts';

let stack: SharedStack;

beforeAll(async () => {
  stack = await shareStack();
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const ALL = [80, 90, 95];
const DAY = { budget_daily_usd: 100 };

/** A tool call for so many dollars. */
const paying = (usd: number) => ({ text: 'x', toolCalls: [LIST], usage: { outputTokens: Math.round(usd * 2_500) } });

interface Story {
  readonly it: string;
  readonly agent?: { readonly budget_daily_usd: number };
  readonly capUsd?: number;
  /** What the turns cost. */
  readonly turnsUsd: readonly number[];
  /** Set while the last of these turns is under way. */
  readonly meanwhile?: { readonly capUsd?: number; readonly dailyUsd?: number };
  readonly warnings: readonly (readonly ['run' | 'agent_day', number])[];
}

const of = (scope: 'run' | 'agent_day', ...thresholds: number[]) => thresholds.map((each) => [scope, each] as const);

test.each<Story>([
  {
    it: 'whose turns pass one threshold after the other',
    capUsd: 1,
    turnsUsd: [0.7, 0.1, 0.1],
    warnings: of('run', 80, 90, 95),
  },
  { it: 'that passes all of them with one turn', capUsd: 1, turnsUsd: [0.99], warnings: of('run', ...ALL) },
  { it: 'that spends its cap to the last cent', capUsd: 0.4, turnsUsd: [0.4], warnings: of('run', ...ALL) },
  { it: 'that was far from them, and needs too much', capUsd: 0.3, turnsUsd: [0.21], warnings: of('run', ...ALL) },
  {
    it: 'that the day of its agent ends',
    agent: { budget_daily_usd: 0.5 },
    turnsUsd: [0.41],
    warnings: of('agent_day', ...ALL),
  },
  {
    it: 'that its cap and the day of its agent end',
    agent: { budget_daily_usd: 0.5 },
    capUsd: 0.5,
    turnsUsd: [0.41],
    warnings: [...of('run', ...ALL), ...of('agent_day', ...ALL)],
  },
  {
    it: 'whose cap is lowered below what it has spent',
    agent: DAY,
    capUsd: 5,
    turnsUsd: [0.5],
    meanwhile: { capUsd: 0.2 },
    warnings: of('run', ...ALL),
  },
  {
    it: 'whose cap is lowered after it was warned',
    agent: DAY,
    capUsd: 1,
    turnsUsd: [0.85, 0.01],
    meanwhile: { capUsd: 0.9 },
    warnings: of('run', ...ALL, ...ALL),
  },
  {
    it: 'whose cap is raised after it was warned',
    agent: DAY,
    capUsd: 1,
    turnsUsd: [0.85, 0.01],
    meanwhile: { capUsd: 0.95 },
    warnings: of('run', ...ALL, ...ALL),
  },
  {
    it: 'whose agent is given no money any more',
    agent: DAY,
    capUsd: 5,
    turnsUsd: [0.5],
    meanwhile: { dailyUsd: 0 },
    warnings: of('agent_day', ...ALL),
  },
])(
  '[budget:warning:once-per-threshold] a run $it is warned before it ends',
  async ({ agent = DAY, capUsd, turnsUsd, meanwhile, warnings }) => {
    const agentId = await stack.newAgent(agent);
    const last = turnsUsd.length - 1;
    const turns = turnsUsd.map((usd, turn) => [
      { ...paying(usd), holdUntil: turn === last && meanwhile ? 'go' : undefined },
    ]);
    const script = await stack.script({ turns: [...turns, [{ text: 'Never asked.' }]] }, { models: DEAR });
    const body = { message: 'Go.', models: script.models, max_turns: 9, budget_cap_usd: capUsd };
    const run = await stack.api.run(agentId, body);
    if (meanwhile !== undefined) {
      await script.waitForRequests(turnsUsd.length);
      await setCaps(run, agentId, meanwhile);
      await script.release('go');
    }
    expect(await run.ended()).toMatchObject({ reason: 'budget_exhausted', totalTurns: turnsUsd.length });
    expect(warned(run)).toEqual(warnings);
    expect(run.events.at(-1)?.type).toBe('session.status_ended');
  },
);

test('[budget:warning:once-per-threshold] a run that asks for money is warned again when it runs out of what it was given', async () => {
  const agentId = await stack.newAgent(DAY);
  const turns = [[paying(0.4)], [paying(0.4)], [{ text: 'Never asked.' }]];
  const script = await stack.script({ turns }, { models: DEAR });
  const body = { message: 'Go.', models: script.models, on_budget: 'ask', idle_timeout_s: 2, budget_cap_usd: 0.5 };
  const run = await stack.api.run(agentId, body);
  await run.waitForType('session.status_idle');
  expect(warned(run)).toEqual(of('run', ...ALL));
  await setCaps(run, agentId, { capUsd: 0.85 });
  expect(await run.ended()).toMatchObject({ reason: 'budget_exhausted', totalTurns: 2 });
  expect(warned(run)).toEqual(of('run', ...ALL, ...ALL));
});

describe('of an account', () => {
  const sessionId = 'sess_warned';
  const day = dayAccount('warned', '2026-01-01');
  const inLedger = <T>(work: Parameters<typeof stack.db.transaction<T>>[1]) => stack.db.transaction('ten_warned', work);

  test('[budget:warning:once-per-threshold] what others hold reserved counts where it keeps a request from being made, and only there', async () => {
    const seen = await inLedger(async (tx) => {
      openAccount(tx, { account: runAccount(sessionId), capNano: 10_000n });
      openAccount(tx, { account: day, capNano: 1_000n });
      tx.send('hold', 'UPDATE budget_account SET reserved_nano = 700 WHERE account = $1', [day]);
      const accounts = await readAccounts(tx, [runAccount(sessionId), day]);
      const place = { sessionId, turn: 3, neededNano: 301n };
      const before = await warnOfBudgets(tx, accounts, place);
      const atTheEnd = await warnOfBudgets(tx, accounts, { ...place, reservedCounts: true });
      tx.send('release', 'UPDATE budget_account SET reserved_nano = 0 WHERE account = $1', [day]);
      return { before, atTheEnd };
    });
    expect(seen.before).toEqual([]);
    expect(seen.atTheEnd.map(({ data }) => data)).toMatchObject(
      ALL.map((threshold) => ({ scope: 'agent_day', threshold, reservedUsd: 0.0000007, neededUsd: 0.000000301 })),
    );
  });

  test('[budget:warning:once-per-threshold] a cap that is set to what it was is the same cap', async () => {
    const warnedOf = async (capNano: bigint) =>
      inLedger(async (tx) => {
        await setAccountCap(tx, day, capNano);
        const [account] = await readAccounts(tx, [day]);
        return account?.warned;
      });
    await inLedger(async (tx) =>
      tx.send('warned', `UPDATE budget_account SET warned = '{80}' WHERE account = $1`, [day]),
    );
    expect(await warnedOf(1_000n)).toEqual([80]);
    expect(await warnedOf(999n)).toEqual([]);
  });
});

async function setCaps(
  run: EventWatch,
  agentId: string,
  { capUsd, dailyUsd }: NonNullable<Story['meanwhile']>,
): Promise<void> {
  if (capUsd !== undefined) await stack.api.call('PATCH', `/v1/sessions/${run.sessionId}`, { budget_cap_usd: capUsd });
  if (dailyUsd !== undefined)
    await stack.api.call('PUT', '/v1/budget/limits', { agent_id: agentId, daily_usd: dailyUsd });
}

/** Lists the warnings of the run before those of the day. */
function warned(run: EventWatch): (readonly [string, number])[] {
  const all = run.ofType('br.budget_warning').map(({ scope, threshold }) => [scope, threshold] as const);
  return [...all.filter(([scope]) => scope === 'run'), ...all.filter(([scope]) => scope === 'agent_day')];
}

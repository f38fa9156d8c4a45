import type { ModelUsage } from '../../domain/model-usage.ts';
import type { SharedStack } from './stack.ts';

interface AttemptFacts {
  readonly session: string;
  readonly provider: string;
  readonly model: string;
  readonly state: 'reserved' | 'dispatched' | 'settled' | 'released' | 'unknown';
  readonly tenant: string;
  readonly dayAccount: string;
  readonly reserved: bigint;
  readonly charged: bigint;
  readonly excess: bigint;
  readonly usage: ModelUsage | null;
  readonly status: string;
  /** True for an attempt of a replay, which no provider was asked for. */
  readonly recorded: boolean;
}

interface AccountFacts {
  readonly tenant: string;
  readonly account: string;
  readonly cap: bigint | null;
  readonly ceiling: bigint | null;
  readonly spent: bigint;
  readonly reserved: bigint;
  readonly excess: bigint;
}

/** I3, I4 and I9: the ledger adds up, caps hold, and routing learned each outcome once. */
export async function ledgerViolations(stack: SharedStack): Promise<string[]> {
  const { attempts, accounts } = await stack.db.serviceTransaction(async (tx) => ({
    attempts: await tx.query<AttemptFacts>(
      'ledger-attempts',
      `SELECT a.session_id AS session, a.provider, a.model, a.state, a.tenant_id AS tenant, a.day_account AS "dayAccount",
              a.reserved_nano AS reserved, a.charged_nano AS charged, a.excess_nano AS excess, a.usage, s.status, a.recorded
         FROM model_attempt a JOIN session s ON s.id = a.session_id WHERE ($1::text[] IS NULL OR s.tenant_id = ANY ($1))`,
      [stack.tenants],
    ),
    accounts: await tx.query<AccountFacts>(
      'ledger-accounts',
      `SELECT tenant_id AS tenant, account, cap_nano AS cap, ceiling_nano AS ceiling, spent_nano AS spent,
              reserved_nano AS reserved, excess_nano AS excess FROM budget_account WHERE ($1::text[] IS NULL OR tenant_id = ANY ($1))`,
      [stack.tenants],
    ),
  }));
  return [
    ...attempts.flatMap(attemptViolations),
    ...accounts.flatMap((account) => accountViolations(account, attempts)),
    ...(await reportViolations(stack, attempts)),
    ...(await totalViolations(stack)),
    ...stack.budgets.violations,
    ...(await learningViolations(stack)),
  ];
}

function attemptViolations(attempt: AttemptFacts): string[] {
  const at = `an attempt of ${attempt.session} (${attempt.state})`;
  const { charged, reserved, excess, usage } = attempt;
  switch (attempt.state) {
    case 'settled':
      return usage === null ? [`[I3] ${at} has no usage`] : [];
    case 'unknown':
      return (charged === reserved || (usage?.estimated && charged < reserved)) && excess === 0n
        ? []
        : [`[I3] ${at} is charged ${charged}, reserved were ${reserved}`];
    case 'released':
      return charged === 0n ? [] : [`[I3] ${at} is charged ${charged}`];
    case 'reserved':
    case 'dispatched':
      return attempt.status === 'running'
        ? []
        : [`[I4] ${at} holds ${reserved} although the session is ${attempt.status}`];
  }
}

function accountViolations(account: AccountFacts, attempts: readonly AttemptFacts[]): string[] {
  const of = attempts.filter(
    (attempt) =>
      attempt.tenant === account.tenant &&
      (account.account === attempt.dayAccount || account.account === `run:${attempt.session}`),
  );
  const open = of.filter((attempt) => attempt.state === 'reserved' || attempt.state === 'dispatched');
  const checks: [name: string, held: bigint, sum: bigint][] = [
    ['spent', account.spent, sumOf(of.map((attempt) => attempt.charged))],
    ['excess', account.excess, sumOf(of.map((attempt) => attempt.excess))],
    ['reserved', account.reserved, sumOf(open.map((attempt) => attempt.reserved))],
  ];
  const overCap = account.ceiling !== null && account.spent + account.reserved > account.ceiling;
  return [
    ...checks.flatMap(([name, held, sum]) =>
      held === sum ? [] : [`[I3] ${account.account} has ${name} ${held}, its attempts add up to ${sum}`],
    ),
    ...(overCap ? [`[I4] ${account.account} is over its cap of ${account.cap}`] : []),
  ];
}

/**
 * Compares the ledger with what the provider sent. Each settled attempt has an answer of its own, with the same usage at
 * the same price. An answer that no attempt settled belongs to an attempt that is `unknown`.
 */
async function reportViolations(stack: SharedStack, attempts: readonly AttemptFacts[]): Promise<string[]> {
  const violations: string[] = [];
  for (const provider of stack.providers) {
    const of = attempts.filter((attempt) => attempt.provider === provider.name && !attempt.recorded);
    const { requests } = await provider.report();
    const told = requests.flatMap(({ model, sent }) =>
      sent.usage !== null && sent.usageComplete ? [usageKey(model ?? '', sent.usage)] : [],
    );
    for (const attempt of of.filter((each) => each.state === 'settled')) {
      if (attempt.usage === null) continue;
      const key = usageKey(attempt.model, attempt.usage);
      const index = told.indexOf(key);
      if (index < 0) violations.push(`[I3] ${attempt.session} settled ${key}, which ${provider.name} never reported`);
      else told.splice(index, 1);
      const costNano = provider.costNano(attempt.model, attempt.usage);
      if (attempt.charged + attempt.excess !== costNano) {
        violations.push(
          `[I3] ${attempt.session} paid ${attempt.charged} + ${attempt.excess} for ${key}, worth ${costNano}`,
        );
      }
    }
    const unknown = of.filter((each) => each.state === 'unknown').length;
    if (told.length > unknown) {
      violations.push(
        `[I3] ${provider.name} reported ${told.length} answers that nobody paid for (${unknown} unknown)`,
      );
    }
  }
  return violations;
}

/** The total that a client is told is the total in the ledger. */
async function totalViolations(stack: SharedStack): Promise<string[]> {
  const rows = await stack.db.serviceTransaction((tx) =>
    tx.query<{ id: string; told: number; held: bigint }>(
      'ledger-totals',
      `SELECT e.session_id AS id, (e.data->>'totalCostUsd')::float8 AS told, b.spent_nano + b.excess_nano AS held
         FROM session_event e JOIN budget_account b ON b.tenant_id = e.tenant_id AND b.account = 'run:' || e.session_id
         JOIN session s ON s.id = e.session_id AND s.event_seq = e.seq
        WHERE e.type = 'session.status_ended' AND ($1::text[] IS NULL OR e.tenant_id = ANY ($1))
          -- The late answer of an attempt that was given up may correct the ledger after the session ended.
          AND NOT EXISTS (SELECT 1 FROM model_attempt a WHERE a.session_id = e.session_id AND a.closed_at > e.created_at)`,
      [stack.tenants],
    ),
  );
  return rows
    .filter((row) => Math.round(row.told * 1e9) !== Number(row.held))
    .map((row) => `[I3] ${row.id} told its client ${row.told} USD, the ledger holds ${row.held} nano-dollars`);
}

/** I9: a posterior has as many samples as there are outcomes of turns that its arm answered. */
async function learningViolations(stack: SharedStack): Promise<string[]> {
  const rows = await stack.db.serviceTransaction((tx) =>
    tx.query<{ arm: string; samples: bigint | null; outcomes: bigint | null }>(
      'ledger-learning',
      `SELECT coalesce(p.arm, o.arm) AS arm, p.samples, o.outcomes
         FROM (SELECT concat_ws('/', tenant_id, task_class, provider, model) AS arm, samples FROM posterior) p
         FULL JOIN (SELECT concat_ws('/', t.tenant_id, t.task_class, t.answered_by->>'provider', t.answered_by->>'model') AS arm,
                           count(*) AS outcomes
                      FROM outcome o JOIN turn t ON t.session_id = o.session_id AND t.turn = o.turn GROUP BY 1) o
                ON o.arm = p.arm
        WHERE coalesce(p.samples, 0) <> coalesce(o.outcomes, 0)
          AND ($1::text[] IS NULL OR split_part(coalesce(p.arm, o.arm), '/', 1) = ANY ($1))`,
      [stack.tenants],
    ),
  );
  return rows.map((row) => `[I9] ${row.arm} learned ${row.samples} times from ${row.outcomes} outcomes`);
}

function usageKey(model: string, usage: ModelUsage): string {
  return `${model} in ${usage.inputTokens} out ${usage.outputTokens} cached ${usage.cacheReadTokens}`;
}

function sumOf(amounts: readonly bigint[]): bigint {
  return amounts.reduce((sum, amount) => sum + amount, 0n);
}

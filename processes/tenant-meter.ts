/** The costs of a tenant in a process that are added up. */
export type MeteredAmount = 'requests' | 'validation_cpu_ms' | 'received_bytes' | 'embedding_requests';
/** The things of a process that a tenant holds for a while. */
export type MeteredHold = 'requests_at_once' | 'streams' | 'model_call_slots' | 'tool_call_slots' | 'waiting_calls';

type Amounts = Readonly<Partial<Record<MeteredAmount, number>>>;
type Holds = Readonly<Partial<Record<MeteredHold, number>>>;

/** The costs of one tenant in this process: the amounts of the last minute, and the things that it holds now. */
export interface MeterReading {
  readonly tenantId: string;
  readonly added: Amounts;
  readonly held: Holds;
}

export interface TenantMeter {
  add(tenantId: string, what: MeteredAmount, amount: number): void;
  /** @returns the function that gives it back; calling it again changes nothing */
  hold(tenantId: string, what: MeteredHold): () => void;
  /** How much of it the tenant holds in this process. */
  held(tenantId: string, what: MeteredHold): number;
  close(): Promise<void>;
}

interface TenantCounts {
  /** The amounts of the flush periods of the last minute, the newest first. */
  readonly periods: Map<MeteredAmount, number>[];
  readonly held: Map<MeteredHold, number>;
}

const FLUSH_MS = 5_000;
const PERIODS_OF_A_MINUTE = 60_000 / FLUSH_MS;

/**
 * Counts what each tenant costs this process. The counts are kept in memory, and nothing waits for them. Every five seconds
 * `write` stores the readings of all tenants that cost anything, in one statement. A tenant without a reading is forgotten.
 * A reading that could not be written is replaced by the next one. So a process that dies loses five seconds of figures
 * that only a person reads.
 */
export function createTenantMeter(options: {
  write: (readings: readonly MeterReading[]) => Promise<void>;
  warn: (message: string, error?: unknown) => void;
  flushMs?: number | undefined;
}): TenantMeter {
  const { write, warn, flushMs = FLUSH_MS } = options;
  const tenants = new Map<string, TenantCounts>();
  /** True while rows of this process may be stored: they are taken back when the last tenant falls quiet. */
  let stored = false;
  let flushing: Promise<void> | undefined;

  function countsOf(tenantId: string): TenantCounts {
    const known = tenants.get(tenantId);
    if (known !== undefined) return known;
    const fresh = { periods: [new Map()], held: new Map() };
    tenants.set(tenantId, fresh);
    return fresh;
  }

  async function flush(): Promise<void> {
    const readings = [...tenants].map(([tenantId, counts]) => readingOf(tenantId, counts));
    for (const [tenantId, counts] of tenants) {
      counts.periods.unshift(new Map());
      counts.periods.length = Math.min(counts.periods.length, PERIODS_OF_A_MINUTE);
      if (counts.held.size === 0 && counts.periods.every((period) => period.size === 0)) tenants.delete(tenantId);
    }
    if (readings.length === 0 && !stored) return;
    await write(readings);
    stored = readings.length > 0;
  }

  const timer = setInterval(() => {
    // A flush that takes long is not overtaken by the next one.
    flushing ??= flush()
      .catch((error: unknown) => warn('The figures of tenants could not be stored; the next ones replace them.', error))
      .finally(() => {
        flushing = undefined;
      });
  }, flushMs).unref();

  return {
    add(tenantId, what, amount) {
      const [period] = countsOf(tenantId).periods;
      period?.set(what, (period.get(what) ?? 0) + amount);
    },
    hold(tenantId, what) {
      const { held } = countsOf(tenantId);
      held.set(what, (held.get(what) ?? 0) + 1);
      let given = false;
      return () => {
        if (given) return;
        given = true;
        const left = (held.get(what) ?? 0) - 1;
        if (left > 0) held.set(what, left);
        else held.delete(what);
      };
    },
    held: (tenantId, what) => tenants.get(tenantId)?.held.get(what) ?? 0,
    async close() {
      clearInterval(timer);
      await flushing;
    },
  };
}

function readingOf(tenantId: string, { periods, held }: TenantCounts): MeterReading {
  const added: Partial<Record<MeteredAmount, number>> = {};
  for (const period of periods) {
    for (const [what, amount] of period) added[what] = (added[what] ?? 0) + amount;
  }
  return { tenantId, added, held: Object.fromEntries(held) };
}

import { abortable } from './abortable.ts';

/** Reads what the servers of one tenant send. */
export interface ReadingPace {
  /** @param signal aborts when nobody wants the stream any more */
  open(signal?: AbortSignal): PacedStream;
}

export interface PacedStream {
  /**
   * Uses a piece of the stream, in slices that take a short time each. Whoever awaits it before it asks for the next piece makes
   * the sender wait.
   * @throws what `use` throws; the reason of the signal
   */
  take(piece: Uint8Array, use: (slice: Uint8Array) => void): Promise<void>;
  /** Does what can't be done in slices, such as parsing a document. */
  run(work: () => void): Promise<void>;
}

export interface ReadingPaces {
  of(tenantId: string): ReadingPace;
}

/** After a millisecond of work nothing more is read for that tenant until so many milliseconds are over since its beginning. */
const TIMES = 4;
/** A tenant may use so much at once before it has to wait. */
const AT_ONCE_MS = 100;
/** A tenant uses so much in one round of the event loop, and one slice more. */
const ROUND_MS = 4;
/** Work that could not be cut into slices makes nobody wait for longer. */
const MOST_WAIT_MS = 1_000;

const SLICE_BYTES = { first: 16_384, least: 2_048, most: 65_536 };
/** Slices become smaller when one takes more than `slow`, and larger when one takes less than `fast`. */
const SLICE_MS = { fast: 0.5, slow: 2 };

/** What a piece costs before it is here: the system, HTTP and the streams between take some 0.3 ms for 64 KB. */
const BYTES_OF_A_MS = 65_536;

/** Tenants that owe nothing are forgotten when there are so many. */
const MANY_TENANTS = 1_000;

interface Work {
  readonly run: () => void;
  /** What is counted beside the time that it takes. */
  readonly extraMs: number;
  readonly signal: AbortSignal | undefined;
  readonly done: (tookMs: number) => void;
  readonly failed: (error: unknown) => void;
}

interface Tenant {
  readonly queue: Work[];
  /** The time at which all that was used is paid for by waiting. It may be ahead by what may be used at once. */
  paidAtMs: number;
  /** What was used since the last wait or round. */
  roundMs: number;
  waitsFor: 'round' | 'time' | undefined;
}

/**
 * The pace at which this process reads what models and tool servers send. A stream whose pieces are there as soon as they are
 * asked for leaves other work nothing of the event loop: six streams of progress without end made twenty round trips to another
 * process take four seconds instead of one millisecond. So the work on each slice is measured, and a tenant whose streams use
 * more than a quarter of the process waits with all of them, first come, first served. Tenants that wait share this quarter.
 * Everything is in memory and means nothing to another process.
 */
export function createReadingPaces(): ReadingPaces {
  const tenants = new Map<string, Tenant>();
  /** The tenants that wait for time. */
  let waiting = 0;

  function tenantOf(id: string): Tenant {
    const known = tenants.get(id);
    if (known !== undefined) return known;
    if (tenants.size >= MANY_TENANTS) forgetIdle();
    const fresh: Tenant = { queue: [], paidAtMs: 0, roundMs: 0, waitsFor: undefined };
    tenants.set(id, fresh);
    return fresh;
  }

  function forgetIdle(): void {
    const nowMs = performance.now();
    for (const [id, { queue, paidAtMs }] of tenants) if (queue.length === 0 && paidAtMs < nowMs) tenants.delete(id);
  }

  /** Does the next work of the tenant, if it may go on now. Each entry of the queue has one such try ahead of it. */
  function tryNext(tenant: Tenant): void {
    let work: Work | undefined;
    let usedMs = () => 0;
    let end: (tookMs: number) => void = () => {};
    setImmediate(() => {
      work = mayGoOn(tenant) ? nextWanted(tenant) : undefined;
      if (work === undefined) return;
      const { run, done, failed } = work;
      usedMs = measured();
      try {
        run();
        end = done;
      } catch (error) {
        end = () => failed(error);
      }
    });
    // Only the promises that the work has settled run between two immediates that were asked for together, so the time of those
    // who read on is measured, too.
    setImmediate(() => {
      if (work === undefined) return;
      const [tookMs, nowMs] = [usedMs(), performance.now()];
      const countedMs = tookMs + work.extraMs;
      tenant.roundMs += countedMs;
      const paidAtMs = Math.max(tenant.paidAtMs, nowMs - tookMs) + countedMs * TIMES * Math.max(1, waiting);
      tenant.paidAtMs = Math.min(paidAtMs, nowMs + AT_ONCE_MS * TIMES + MOST_WAIT_MS);
      end(tookMs);
    });
  }

  function mayGoOn(tenant: Tenant): boolean {
    if (tenant.waitsFor !== undefined) return false;
    const waitMs = tenant.paidAtMs - AT_ONCE_MS * TIMES - performance.now();
    if (waitMs <= 0 && tenant.roundMs < ROUND_MS) return true;
    const resume = () => {
      if (tenant.waitsFor === 'time') waiting -= 1;
      tenant.waitsFor = undefined;
      tenant.roundMs = 0;
      for (let left = tenant.queue.length; left > 0; left--) tryNext(tenant);
    };
    if (waitMs > 0) {
      tenant.waitsFor = 'time';
      waiting += 1;
      setTimeout(resume, waitMs);
    } else {
      tenant.waitsFor = 'round';
      setImmediate(resume);
    }
    return false;
  }

  function nextWanted({ queue }: Tenant): Work | undefined {
    for (let work = queue.shift(); work !== undefined; work = queue.shift()) {
      if (!work.signal?.aborted) return work;
      work.failed(work.signal.reason);
    }
    return undefined;
  }

  /** @returns the time that it took, with that of those who read on at once, in ms */
  function inTurn(
    tenantId: string,
    { run, extraMs, signal }: Pick<Work, 'run' | 'extraMs' | 'signal'>,
  ): Promise<number> {
    const tenant = tenantOf(tenantId);
    const done = new Promise<number>((resolve, reject) => {
      tenant.queue.push({ run, extraMs, signal, done: resolve, failed: reject });
    });
    if (tenant.waitsFor === undefined) tryNext(tenant);
    else if (signal !== undefined) return abortable(done, signal);
    return done;
  }

  return {
    of: (tenantId) => ({
      open(signal) {
        let sliceBytes = SLICE_BYTES.first;
        return {
          async take(piece, use) {
            for (let at = 0; at < piece.length; ) {
              const slice = piece.subarray(at, at + sliceBytes);
              const tookMs = await inTurn(tenantId, {
                run: () => use(slice),
                extraMs: slice.length / BYTES_OF_A_MS,
                signal,
              });
              at += slice.length;
              if (tookMs > SLICE_MS.slow) sliceBytes = Math.max(SLICE_BYTES.least, sliceBytes / 2);
              else if (tookMs < SLICE_MS.fast) sliceBytes = Math.min(SLICE_BYTES.most, sliceBytes * 2);
            }
          },
          async run(work) {
            await inTurn(tenantId, { run: work, extraMs: 0, signal });
          },
        };
      },
    }),
  };
}

/**
 * Begins to measure the work of this thread, in ms. The clock also counts the time that the machine gives to other processes, and
 * the CPU time of the process that of its other threads, so the smaller one of them is nearer to the truth.
 */
function measured(): () => number {
  const startedMs = performance.now();
  const startedCpu = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(startedCpu);
    return Math.min(performance.now() - startedMs, (user + system) / 1_000);
  };
}

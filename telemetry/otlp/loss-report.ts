import { withoutLogContext } from '../../processes/log-context.ts';

const EVERY_MS = 60_000;

type What = 'spans' | 'figures';

export interface LossReport {
  /** Counts what is lost. The first loss of a minute is said in the log at once, with what was lost since the last time. */
  lost(what: What, count: number, loss: { readonly because: string; readonly error?: unknown }): void;
  /** Counts what an exporter could not send. The exporter tries again by itself before it says so. */
  watched<Batch extends object, Exporter extends Exports<Batch>>(
    what: What,
    exporter: Exporter,
    sizeOf: (batch: Batch) => number,
  ): Exporter;
}

/** The part of an exporter of OpenTelemetry that is used. A result other than 0 says that the batch is lost. */
interface Exports<Batch> {
  export(batch: Batch, done: (result: { code: number; error?: Error }) => void): void;
}

/** A collector that is away or refuses what it is sent must not fill the log. */
export function createLossReport(deps: {
  readonly nowMs: () => number;
  readonly warn: (message: string, error?: unknown) => void;
}): LossReport {
  const losses: Record<What, { count: number; saidAtMs: number }> = {
    spans: { count: 0, saidAtMs: Number.NEGATIVE_INFINITY },
    figures: { count: 0, saidAtMs: Number.NEGATIVE_INFINITY },
  };

  function lost(what: What, count: number, { because, error }: { because: string; error?: unknown }): void {
    const loss = losses[what];
    loss.count += count;
    if (deps.nowMs() - loss.saidAtMs < EVERY_MS) return;
    const message = `${loss.count} OpenTelemetry ${what} could not be sent and are lost (${because}). Sessions are not affected.`;
    loss.count = 0;
    loss.saidAtMs = deps.nowMs();
    // A span may be the last one of a session that has nothing to do with the loss.
    withoutLogContext(() => deps.warn(message, error));
  }

  return {
    lost,
    watched(what, exporter, sizeOf) {
      const send = exporter.export.bind(exporter);
      exporter.export = (batch, done) => {
        send(batch, (result) => {
          if (result.code !== 0) lost(what, sizeOf(batch), { because: reasonOf(result.error) });
          done(result);
        });
      };
      return exporter;
    },
  };
}

/** An answer of a collector may hold anything, so only the kind of the error and the status are repeated. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no reason was given';
  const code = 'code' in error && /^[A-Z0-9_]{1,40}$/.test(String(error.code)) ? ` ${String(error.code)}` : '';
  return `${error.name}${code}`;
}

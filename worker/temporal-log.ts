import { type LogMetadata, type MetricsBuffer, Runtime } from '@temporalio/worker';
import type pino from 'pino';
import { loggedError } from '../processes/logged-error.ts';

/** The SDK says this of a failed stage. Our `stage_failed` tells of it already, so this line would be the second. */
const SAID_BY_US = 'Activity failed';

/**
 * Has Temporal's own lines written where ours go, those of its native core as well: by default that prints plain text. To
 * be called once in a process, before the first worker.
 * @param figures takes the figures of its native core. Undefined: nobody asks for them.
 */
export function logOfTemporal(log: pino.Logger, figures?: MetricsBuffer | undefined): void {
  const write = (level: string, message: string, meta?: LogMetadata) => {
    const shown = level === 'warn' || level === 'error' ? level : 'debug';
    log[message === SAID_BY_US ? 'debug' : shown](shownOf(meta), message);
  };
  Runtime.install({
    logger: {
      log: (level, message, meta) => write(level.toLowerCase(), message, meta),
      trace: (message, meta) => write('trace', message, meta),
      debug: (message, meta) => write('debug', message, meta),
      info: (message, meta) => write('info', message, meta),
      warn: (message, meta) => write('warn', message, meta),
      error: (message, meta) => write('error', message, meta),
    },
    telemetryOptions: {
      logging: { forward: {}, filter: { core: 'WARN', other: 'ERROR' } },
      metrics: figures && { buffer: figures },
    },
    shutdownSignals: [],
  });
}

/** The facts of a line: ids, names and counts, and where an error came from. */
function shownOf(meta: LogMetadata = {}): object {
  const facts = Object.entries(meta).filter(([, value]) => typeof value === 'string' || typeof value === 'number');
  const error: unknown = meta.error ?? meta.err;
  return { temporal: Object.fromEntries(facts), err: error === undefined ? undefined : loggedError(error) };
}

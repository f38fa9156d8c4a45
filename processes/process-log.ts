import pino from 'pino';
import { LOG_LEVELS } from './environment.ts';
import { createLineQuota } from './line-quota.ts';
import { withContext } from './log-context.ts';
import { levelOf, messageOf, type Report } from './log-line.ts';
import { loggedError, stackOfError } from './logged-error.ts';
import { SettingError } from './setting-error.ts';

/** The log of a process: JSON lines on standard error. */
export interface ProcessLog {
  readonly log: pino.Logger;
  /** Writes a line of the kinds in log-line.ts. */
  readonly report: Report;
  readonly warn: (message: string, error?: unknown) => void;
  /** Says why the process ends: a refused setting in its own words, any other error after `message`, with its stack. */
  readonly fatal: (message: string, error: unknown) => void;
}

/**
 * Makes the log of this process. To be called once, because what Node would print by itself goes there, too.
 * @param level AGENT_RUNS_LOG_LEVEL. A word that is no level is refused later, in a line of this log.
 */
export function createProcessLog(name: string, level: string | undefined): ProcessLog {
  const log = pino(
    {
      name,
      level: LOG_LEVELS.find((known) => known === level) ?? 'info',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (word) => ({ level: word }) },
      mixin: () => withContext({}),
      mixinMergeStrategy: (line: object) => withContext(line),
      serializers: { err: (error) => (error instanceof Error ? loggedError(error) : error) },
    },
    pino.destination(2),
  );
  const write: Report = (line) => log[levelOf(line)](line, messageOf[line.event]);
  const quota = createLineQuota(write);
  process.once('exit', quota.settle);
  const processLog: ProcessLog = {
    log,
    // A reader who asks for lines at debug asks for all of them.
    report: (line) => (levelOf(line) === 'debug' ? write(line) : quota.report(line)),
    warn: (message, error) => log.warn(error === undefined ? {} : { err: loggedError(error) }, message),
    fatal: (message, error) => {
      if (error instanceof SettingError) log.fatal(error.message);
      else log.fatal({ err: loggedError(error) }, message);
    },
  };
  takeOverFromNode(processLog);
  takeOverConsole(log);
  return processLog;
}

/**
 * Libraries print what they do not know how to handle, such as a stream that was cut off. Their words may be anybody's, so a
 * line says only where an error came from (I10).
 */
function takeOverConsole(log: pino.Logger): void {
  const write = (...printed: unknown[]) => {
    const error = printed.find((each) => each instanceof Error);
    log.debug({ err: error && stackOfError(error) }, 'A library printed something.');
  };
  for (const way of ['debug', 'log', 'info', 'warn', 'error', 'trace'] as const) console[way] = write;
}

/** Node prints warnings and errors that nobody caught as plain text, which is no line of JSON. */
function takeOverFromNode({ warn, fatal }: ProcessLog): void {
  process.removeAllListeners('warning');
  process.on('warning', (warning) => warn('Node warns.', warning));
  process.on('uncaughtException', (error) => {
    fatal('Nobody caught an error.', error);
    process.exit(1);
  });
}

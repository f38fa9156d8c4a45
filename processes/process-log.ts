import pino from 'pino';
import { LOG_LEVELS } from './environment.ts';
import { loggedError } from './logged-error.ts';
import { SettingError } from './setting-error.ts';

/** The log of a process: JSON lines on standard error. */
export interface ProcessLog {
  readonly log: pino.Logger;
  readonly warn: (message: string, error?: unknown) => void;
  /** Says why the process ends: a refused setting in its own words, any other error after `message`, with its stack. */
  readonly fatal: (message: string, error: unknown) => void;
}

/** @param level AGENT_RUNS_LOG_LEVEL. A word that is no level is refused later, in a line of this log. */
export function createProcessLog(name: string, level: string | undefined): ProcessLog {
  const log = pino(
    {
      name,
      level: LOG_LEVELS.find((known) => known === level) ?? 'info',
      serializers: { err: (error) => loggedError(error) },
    },
    pino.destination(2),
  );
  return {
    log,
    warn: (message, error) => log.warn(error === undefined ? {} : { err: error }, message),
    fatal: (message, error) => {
      if (error instanceof SettingError) log.fatal(error.message);
      else log.fatal({ err: error }, message);
    },
  };
}

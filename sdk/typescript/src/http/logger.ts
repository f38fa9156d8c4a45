export type LogLevel = 'off' | 'error' | 'warn' | 'info' | 'debug';

/** Where the client writes its log. `console` is one, and so are the loggers of most libraries. */
export interface Logger {
  error(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  debug(message: string, fields?: object): void;
}

const LEVELS = ['off', 'error', 'warn', 'info', 'debug'] as const satisfies LogLevel[];
const SECRET_HEADERS = /^(authorization|proxy-authorization|cookie|set-cookie|x-api-key)$/i;

/** A logger that drops what is less important than `level`. An error of the logger does not reach the call. */
export function createLog(logger: Logger, level: LogLevel): Logger {
  const at =
    (severity: Exclude<LogLevel, 'off'>) =>
    (message: string, fields: object = {}) => {
      if (LEVELS.indexOf(severity) > LEVELS.indexOf(level)) return;
      try {
        logger[severity](`brainstormrouter: ${message}`, fields);
      } catch {
        // A log that fails is no reason to fail the call.
      }
    };
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
}

/** Headers as they may be logged. */
export function shownHeaders(headers: Headers): Record<string, string> {
  return Object.fromEntries([...headers].map(([name, value]) => [name, SECRET_HEADERS.test(name) ? '***' : value]));
}

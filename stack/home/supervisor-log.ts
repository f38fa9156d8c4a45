import { appendFileSync } from 'node:fs';

/** Writes each line with the time to the log file of the supervisor, and passes the line on to `echo`. */
export function createStackLog(path: string, echo: (line: string) => void): (line: string) => void {
  return (line) => {
    try {
      appendFileSync(path, `${new Date().toISOString()} ${line}\n`, { mode: 0o600 });
    } catch {
      // A full disk must not stop processes that run.
    }
    echo(line);
  };
}

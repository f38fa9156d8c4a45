import { appendFileSync } from 'node:fs';

/** Writes each line, with the time, to the supervisor's log file, and passes it on. */
export function createStackLog(path: string, echo: (line: string) => void): (line: string) => void {
  return (line) => {
    try {
      appendFileSync(path, `${new Date().toISOString()} ${line}\n`, { mode: 0o600 });
    } catch {
      // A full disk must not stop what runs.
    }
    echo(line);
  };
}

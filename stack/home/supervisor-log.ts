import { appendFileSync } from 'node:fs';

/**
 * Writes each line to the log file of the supervisor, in the form of the logs of its services (processes/process-log.ts), and
 * passes it on as it is to `echo`, which a person reads.
 */
export function createStackLog(path: string, echo: (line: string) => void): (line: string) => void {
  return (line) => {
    try {
      const logged = { level: 'info', time: new Date().toISOString(), name: 'supervisor', msg: line };
      appendFileSync(path, `${JSON.stringify(logged)}\n`, { mode: 0o600 });
    } catch {
      // A full disk must not stop processes that run.
    }
    echo(line);
  };
}

import { EXIT } from './exit-code.ts';
import { runCli } from './run-cli.ts';

/** npx passes a Ctrl-C on to a process that has had it from the terminal, too. Both are one. */
const ONE_INTERRUPT_MS = 500;

let listeners: (() => void)[] = [];
let interruptedAtMs = -Infinity;

/** The first interrupt goes to whoever listens. One that nobody listens to any more ends the process. */
function interrupt(): void {
  const nowMs = performance.now();
  if (nowMs - interruptedAtMs < ONE_INTERRUPT_MS) return;
  interruptedAtMs = nowMs;
  const told = listeners;
  listeners = [];
  if (told.length === 0) process.exit(EXIT.cancelled);
  for (const listener of told) listener();
}
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, interrupt);
// A write reports its failure to whoever wrote. Without a listener the process would end here.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const code = await runCli(process.argv.slice(2), {
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  onInterrupt(listener) {
    listeners.push(listener);
    return () => {
      listeners = listeners.filter((each) => each !== listener);
    };
  },
});
// Standard input that is still read would keep the process.
process.exit(code);

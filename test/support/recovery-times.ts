import type { EventWatch } from './event-watch.ts';
import type { TestStack } from './stack.ts';

/** Measures, per case, how long after a process died its session said something new. Shown, never asserted: the machine is shared. */
export function createRecoveryTimes(): {
  note(name: string, stack: TestStack, watch: EventWatch): void;
  print(): void;
} {
  const lines: string[] = [];
  return {
    note(name, stack, watch) {
      const death = stack.deaths.at(-1);
      const next = death && watch.events.find((event) => event.atMs > death.atMs);
      lines.push(`${name}: ${death && next ? `${Math.round(next.atMs - death.atMs)} ms` : 'no event after it'}`);
    },
    print: () => console.log(`From the kill to the next event:\n  ${lines.join('\n  ')}`),
  };
}

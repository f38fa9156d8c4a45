import type { EventWatch } from './event-watch.ts';
import type { TestStack } from './stack.ts';

/**
 * Measures for each case the time from the death of a process to the next event of its session. The times are printed
 * and never asserted, because they depend on the machine.
 */
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

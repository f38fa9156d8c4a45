import type { RoundFigures } from './attack-round.ts';

interface Tried {
  rounds: number;
  quietMs: number;
  overMs: number;
  apiMb: number;
  workerMb: number;
}

/** The worst figures of the rounds of which an attack was a part. Other attacks went on at the same time. */
export function createAttackTable() {
  const table = new Map<string, Tried>();
  return {
    add(names: readonly string[], { quietMs, overMs, memoryMb }: RoundFigures): void {
      for (const name of names) {
        const before = table.get(name) ?? { rounds: 0, quietMs: 0, overMs: 0, apiMb: 0, workerMb: 0 };
        table.set(name, {
          rounds: before.rounds + 1,
          quietMs: Math.round(Math.max(before.quietMs, ...quietMs)),
          overMs: Math.round(Math.max(before.overMs, overMs)),
          apiMb: Math.max(before.apiMb, memoryMb.api),
          workerMb: Math.max(before.workerMb, memoryMb.worker),
        });
      }
    },
    lines(): string[] {
      const head = ['attack', 'rounds', 'slowest quiet run', 'over after', 'api', 'worker'];
      const rows = [...table]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, { rounds, quietMs, overMs, apiMb, workerMb }]) =>
          [name, rounds, `${quietMs} ms`, `${overMs} ms`, `${apiMb} MB`, `${workerMb} MB`].map(String),
        );
      const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)));
      return [head, ...rows].map((row) =>
        row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  '),
      );
    },
  };
}

import type { EventWatch } from '../support/event-watch.ts';

export interface TableRow {
  readonly failed: boolean;
  readonly cells: readonly string[];
}

const HEAD = ['case', 'ended as', 'turns', 'calls', 'tokens in', 'out', 'USD', 's', 'seen'];

/** What a client saw of one session. */
export function rowOf(
  name: string,
  outcome: { readonly watch: EventWatch; readonly seen: string } | Error,
  tookMs: number,
): TableRow {
  const seconds = (tookMs / 1_000).toFixed(1);
  if (outcome instanceof Error) {
    return { failed: true, cells: [name, 'FAILED', '', '', '', '', '', seconds, outcome.message.slice(0, 600)] };
  }
  const { watch, seen } = outcome;
  const [end] = watch.ofType('session.status_ended');
  const usages = watch.ofType('agent.message').map(({ usage }) => usage);
  const sum = (figure: 'inputTokens' | 'outputTokens') => usages.reduce((total, usage) => total + usage[figure], 0);
  return {
    failed: false,
    cells: [
      name,
      end?.reason ?? '',
      String(end?.totalTurns ?? ''),
      String(watch.ofType('agent.tool_use').length),
      String(sum('inputTokens')),
      String(sum('outputTokens')),
      String(end?.totalCostUsd ?? ''),
      seconds,
      seen,
    ],
  };
}

export function shownTable(rows: readonly TableRow[]): string {
  const lines = [HEAD, ...rows.map(({ cells }) => cells)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((cells) => (cells[column] ?? '').length)));
  const last = HEAD.length - 1;
  return lines
    .map((cells) => cells.map((cell, column) => (column === last ? cell : cell.padEnd(widths[column] ?? 0))).join('  '))
    .join('\n');
}

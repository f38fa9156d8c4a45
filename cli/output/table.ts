import stringWidth from 'string-width';
import type { Paint } from './paint.ts';
import { plainLine } from './plain-text.ts';

export interface Column<T> {
  readonly header: string;
  readonly value: (item: T) => string | number | null | undefined;
  /** Numbers stand at the right. */
  readonly right?: boolean | undefined;
}

export interface TableStyle {
  readonly paint: Paint;
  /** How many columns a line may have. Absent: any number, as in a file. */
  readonly width?: number | undefined;
}

const GAP = '  ';

/** Lines of a table. What does not fit into the width is cut from the last column that is not a number. */
export function tableLines<T>(columns: readonly Column<T>[], items: readonly T[], style: TableStyle): string[] {
  const cells = items.map((item) => columns.map(({ value }) => plainLine(String(value(item) ?? '-'))));
  const widths = columns.map(({ header }, at) =>
    Math.max(stringWidth(header), ...cells.map((row) => stringWidth(row[at] ?? ''))),
  );
  narrow(columns, widths, style.width);
  const line = (row: readonly string[]) =>
    columns
      .map(({ right }, at) => padded(shortened(row[at] ?? '', widths[at] ?? 0), widths[at] ?? 0, right))
      .join(GAP)
      .trimEnd();
  return [style.paint('bold', line(columns.map(({ header }) => header))), ...cells.map(line)];
}

function narrow<T>(columns: readonly Column<T>[], widths: number[], width: number | undefined): void {
  if (width === undefined) return;
  const total = widths.reduce((sum, each) => sum + each, 0) + GAP.length * (columns.length - 1);
  const last = columns.findLastIndex(({ right }) => right !== true);
  const header = stringWidth(columns[last]?.header ?? '');
  if (last > 0) widths[last] = Math.max(header, (widths[last] ?? 0) - Math.max(0, total - width));
}

function padded(text: string, width: number, right = false): string {
  const room = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return right ? room + text : text + room;
}

/** Cuts between characters as a person sees them. */
function shortened(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(kept + segment) > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

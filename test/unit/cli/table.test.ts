import { expect, test } from 'vitest';
import { createPaint } from '../../../cli/output/paint.ts';
import { tableLines } from '../../../cli/output/table.ts';

const columns = [
  { header: 'ID', value: ({ id }: Row) => id },
  { header: 'COST', value: ({ cost }: Row) => cost, right: true },
  { header: 'TEXT', value: ({ text }: Row) => text },
];
interface Row {
  readonly id: string;
  readonly cost?: string;
  readonly text: string;
}
const lines = (rows: readonly Row[], width?: number) => tableLines(columns, rows, { paint: createPaint(false), width });

test('[cli:output:data-and-messages-apart] columns stand under each other, also those of wide characters', () => {
  expect(
    lines([
      { id: '日本', cost: '$1.00', text: 'a' },
      { id: 'x', text: 'b\nc' },
    ]),
  ).toEqual(['ID     COST  TEXT', '日本  $1.00  a', 'x         -  b c']);
});

test('[cli:output:data-and-messages-apart] what does not fit into the width is cut from the last text, between whole characters', () => {
  const rows = [{ id: 'x', cost: '1', text: '👩‍👩‍👧 long enough' }];
  expect(lines(rows, 18)).toEqual(['ID  COST  TEXT', 'x      1  👩‍👩‍👧 long…']);
  expect(lines(rows, 4)[1]).toBe('x      1  👩‍👩‍👧 …');
});

test('[cli:terminal:nothing-steers-it] a cell cannot break out of its line', () => {
  expect(lines([{ id: 'a\u001b[31m\r\nb', text: '\u009b2J' }])[1]).toBe('a b     -');
});

import type { CliIo } from '../cli-io.ts';
import { type Paint, paintFor } from './paint.ts';
import { plainJson, plainText } from './plain-text.ts';
import { type Column, tableLines } from './table.ts';

export const FORMATS = ['table', 'json', 'jsonl'] as const;
export type Format = (typeof FORMATS)[number];

/** Standard output: data and nothing else. Each method waits until the reader has taken what it wrote. */
export interface Output {
  readonly format: Format;
  readonly paint: Paint;
  /** One thing: its fields for a person, or one JSON value. `text` says what a person sees instead of the fields. */
  one(value: object, text?: string): Promise<void>;
  /** Many things. With `json` they are one array. */
  many<T extends object>(items: AsyncIterable<T> | Iterable<T>, columns: readonly Column<T>[]): Promise<void>;
  /** Things that come one after the other. `end` closes the array of `json`. */
  stream(): { write(value: object, text: () => string): Promise<void>; end(): Promise<void> };
  /** Text as it is, whatever the format. */
  raw(text: string): Promise<void>;
}

export function createOutput(io: Pick<CliIo, 'stdout' | 'env'>, format: Format): Output {
  const { stdout } = io;
  const paint = paintFor(stdout, io);
  const width = stdout.isTTY === true ? stdout.columns : undefined;
  const raw = (text: string) => written(stdout, text);

  async function many<T extends object>(items: AsyncIterable<T> | Iterable<T>, columns: readonly Column<T>[]) {
    if (format === 'table') {
      // The widths of the columns depend on all rows.
      const rows: T[] = [];
      for await (const item of items) rows.push(item);
      await raw(`${tableLines(columns, rows, { paint, width }).join('\n')}\n`);
      return;
    }
    const out = stream();
    for await (const item of items) await out.write(item, () => '');
    await out.end();
  }

  function stream() {
    let count = 0;
    return {
      async write(value: object, text: () => string) {
        count += 1;
        if (format === 'table') return raw(`${text()}\n`);
        if (format === 'jsonl') return raw(`${plainJson(value)}\n`);
        await raw(`${count === 1 ? '[\n' : ',\n'}${plainJson(value)}`);
      },
      async end() {
        if (format === 'json') await raw(count === 0 ? '[]\n' : '\n]\n');
      },
    };
  }

  return {
    format,
    paint,
    async one(value, text) {
      if (format === 'table') return raw(`${text ?? fieldLines(value, paint).join('\n')}\n`);
      await raw(`${plainJson(value, format === 'json' ? 2 : undefined)}\n`);
    },
    many,
    stream,
    raw,
  };
}

function fieldLines(value: object, paint: Paint): string[] {
  const fields = Object.entries(value).filter(([, field]) => field !== undefined && field !== null);
  const width = Math.max(0, ...fields.map(([name]) => name.length));
  return fields.map(([name, field]) => `${paint('dim', plainText(name).padEnd(width))}  ${shown(field)}`);
}

function shown(field: unknown): string {
  if (typeof field === 'string') return plainText(field).trimEnd().replaceAll('\n', '\n  ');
  if (Array.isArray(field) && field.every((each) => typeof each === 'string')) return plainText(field.join(', '));
  return plainText(plainJson(field));
}

/** A reader that is slow holds the command up, so that nothing piles up in memory. */
function written(stream: CliIo['stdout'], text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

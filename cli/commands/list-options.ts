import type { Command } from 'commander';
import type { PagePromise } from '../../sdk/typescript/src/index.ts';
import type { Call } from '../call.ts';
import type { Column } from '../output/table.ts';
import { countOption } from './option-values.ts';

export interface ListFlags {
  readonly limit: number;
}

const DEFAULT_LIMIT = 20;
/** The most that a page of the API has. */
const MAX_PAGE = 100;

export function withLimit(command: Command): Command {
  return command.option('-n, --limit <n>', 'the most that is listed; 0: all', countOption, DEFAULT_LIMIT);
}

/** Prints the beginning of a list, and says where it has more. */
export async function printList<T extends object>(
  call: Call,
  { limit }: ListFlags,
  page: (size: number) => PagePromise<T>,
  columns: readonly Column<T>[],
): Promise<undefined> {
  await call.output.many(firstOf(page(limit === 0 ? MAX_PAGE : Math.min(limit, MAX_PAGE)), limit, call.say), columns);
}

async function* firstOf<T extends object>(
  items: AsyncIterable<T>,
  limit: number,
  say: (line: string) => void,
): AsyncGenerator<T> {
  let count = 0;
  for await (const item of items) {
    if (limit > 0 && count === limit) return say(`these are the first ${limit}; --limit 0 lists all`);
    count += 1;
    yield item;
  }
}

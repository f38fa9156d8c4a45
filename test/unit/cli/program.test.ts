import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { createProgram } from '../../../cli/program.ts';

const page = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
const stream = () => new PassThrough();
const { program } = createProgram({
  env: {},
  stdin: stream(),
  stdout: stream(),
  stderr: stream(),
  onInterrupt: () => () => undefined,
});

/** The commands that do something, with the names of those above them. */
function leaves(command: Command, above: readonly string[] = []): string[] {
  return command.commands.flatMap((each) => {
    const name = [...above, each.name()];
    return each.commands.length > 0 ? leaves(each, name) : [name.join(' ')];
  });
}

test('[cli:verbs:act-on-sessions] the table of docs/cli.md names every command, and no other', () => {
  const rows = page.slice(page.indexOf('## Commands'), page.indexOf('## Following')).split('\n');
  const named = rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([a-z -]+)`/g)].map(([, name]) => name));
  // What the script of `completion` asks is for nobody else.
  expect(named.toSorted()).toEqual(
    leaves(program)
      .filter((name) => name !== 'complete')
      .toSorted(),
  );
});

test('[cli:verbs:act-on-sessions] every command and every option says what it is for', () => {
  const silent = (command: Command): string[] => [
    ...(command.description() === '' && command !== program ? [command.name()] : []),
    ...command.options.filter(({ description }) => description === '').map(({ flags }) => `${command.name()} ${flags}`),
    ...command.commands.flatMap(silent),
  ];
  expect(silent(program)).toEqual([]);
});

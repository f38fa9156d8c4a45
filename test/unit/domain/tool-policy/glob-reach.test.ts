import { expect, test } from 'vitest';
import { reachOf } from '../../../../domain/tool-policy/glob-reach.ts';

const toolOf = (server: string, own: string) => ({
  names: { qualified: `${server}/${own}`, own, model: `${server}_${own}` },
  serverName: server,
});
const tools = [toolOf('fs', 'write_file'), toolOf('fs', 'read_file'), toolOf('git-hub', 'list')];
const servers = [
  { name: 'fs', discovered: true },
  { name: 'git-hub', discovered: true },
  { name: 'docs', discovered: false },
];

const bracketed = toolOf('odd', 'a[b');

test.each<[glob: string, reach: 'matches' | 'awaited' | 'unknown', says: string]>([
  // A tool is found by its exact name, even if that is no glob.
  ['odd/a[b', 'matches', 'odd/a[b'],
  ['write_file', 'matches', 'fs/write_file'],
  ['fs/write_file', 'matches', 'fs/write_file'],
  ['fs_write_file', 'matches', 'fs/write_file'],
  ['fs/*', 'matches', 'fs/read_file,fs/write_file'],
  ['*_file', 'matches', 'fs/read_file,fs/write_file'],
  ['git-hub/*', 'matches', 'git-hub/list'],
  // The server is there, and has no such tool.
  ['fs/wirte_file', 'unknown', 'The server fs has no tool "fs/wirte_file". It has fs/read_file, fs/write_file.'],
  ['fs_wirte_file', 'unknown', 'The server fs has no tool'],
  ['fs/wirte*', 'unknown', 'The server fs has no tool'],
  ['fs_wirte*', 'unknown', 'The server fs has no tool'],
  ['git-hub_lits', 'unknown', 'The server git-hub has no tool'],
  // It may be a tool of a server that is not there, or not discovered.
  ['docs/search', 'awaited', 'No tool is called "docs/search" now'],
  ['docs_search', 'awaited', 'No tool is called "docs_search" now'],
  ['docs_*', 'awaited', 'No tool is called'],
  ['mail/send', 'awaited', 'No tool is called'],
  ['mail_*', 'awaited', 'No tool is called'],
  ['*/delete_*', 'awaited', 'No tool is called'],
  ['{mail,post}/send', 'awaited', 'No tool is called'],
  // It is a plain name that no tool has.
  ['wirte_file', 'unknown', 'There are fs/read_file, fs/write_file, git-hub/list. For a tool of a server'],
  ['mail_send', 'unknown', 'write "server/tool"'],
])('the name %s of a tool is answered: %s', (glob, kind, says) => {
  const reach = reachOf(glob, [...tools, ...(glob.startsWith('odd') ? [bracketed] : [])], servers);
  expect(reach.kind).toBe(kind);
  expect(
    reach.kind === 'matches' ? reach.tools.join(',') : reach.kind === 'awaited' ? reach.warning : reach.message,
  ).toContain(says);
});

test('a misspelt name is answered with at most twenty names', () => {
  const many = Array.from({ length: 50 }, (_, i) => toolOf('fs', `tool-${i}`));
  expect(reachOf('nothing', many, servers)).toMatchObject({ message: expect.stringContaining('and 30 more') });
  expect(reachOf('nothing', [], [])).toMatchObject({ message: expect.stringContaining('There are none.') });
});

test.each<[glob: string, says: string]>([
  ['fs/[', 'a "[" is not closed, or has nothing in it'],
  ['fs/[]', 'a "[" is not closed, or has nothing in it'],
  ['fs/[abc', 'a "[" is not closed'],
  ['mail/[z-a]', 'the range "z-a" is the wrong way round'],
  ['fs/a]', 'a "]" has no "[" before it'],
  ['fs/{a,b', 'a "{" is not closed'],
  ['fs/a}', 'a "}" has no "{" before it'],
  ['!fs/*', 'nothing can be taken out with "!"'],
  ['mail/a,mail/b', 'a "," stands outside of braces'],
  ['^mail/.*$', '"^" has no meaning in it'],
  ['mail/(a|b)', '"(" has no meaning in it'],
  ['mail\\\\send', 'has no meaning in it'],
  ['mail/send all', '" " has no meaning in it'],
  ['"mail/*"', 'has no meaning in it'],
])('[tool:policy:globs-that-mean-something] %s is refused, and the refusal says what a glob may hold', (glob, says) => {
  const reach = reachOf(glob, tools, servers);
  expect(reach).toMatchObject({ kind: 'malformed', message: expect.stringContaining(says) });
  expect(reach).toMatchObject({ message: expect.stringContaining('`{read,list}` for alternatives') });
});

test.each([
  'mail/[a-z]*',
  'mail/[!a-z]',
  'mail/[^_]x',
  'mail/{a,{b,c}}',
  'mail/?',
  '*',
  'mail/ns:send',
  'é/*',
  '[!]x/*',
])('[tool:policy:globs-that-mean-something] %s is a glob', (glob) => {
  expect(['awaited', 'matches']).toContain(reachOf(glob, tools, servers).kind);
});

import { expect, test } from 'vitest';
import { type ArgumentRule, argumentRuleSchema } from '../../../../contract/argument-rules.ts';
import { argumentProblem, ruleProblem } from '../../../../domain/argument-rules/check-arguments.ts';

const below = (pointer: string, rest: Partial<ArgumentRule> = {}): ArgumentRule => ({
  pointer,
  path_prefixes: ['/data'],
  ...rest,
});

test.each<[why: string, args: Record<string, unknown>, rules: ArgumentRule[], problem: string | undefined]>([
  ['no rule', { path: '/etc' }, [], undefined],
  ['a member', { path: '/data/a' }, [below('/path')], undefined],
  ['a wrong member', { path: '/etc' }, [below('/path')], '/path: it must be a path below /data'],
  ['a member of an object', { file: { path: '/etc' } }, [below('/file/path')], '/file/path: it must be'],
  [
    'each item of a list',
    { files: [{ path: '/data/a' }, { path: '/etc' }] },
    [below('/files/path')],
    '/files/path: it must be',
  ],
  ['each item of a list of lists', { files: [[{ path: '/etc' }]] }, [below('/files/path')], '/files/path: it must be'],
  ['each item at the end', { paths: ['/data/a', ['/etc']] }, [below('/paths')], '/paths: it must be'],
  ['one place of a list', { paths: ['/etc', '/data/a'] }, [below('/paths/1')], undefined],
  ['an empty list', { paths: [], files: [] }, [below('/paths'), below('/files/path')], undefined],
  ['an escaped name', { 'a/b~c': '/etc' }, [below('/a~1b~0c')], '/a~1b~0c: it must be'],
  ['a member that is missing', { PATH: '/data/a' }, [below('/path')], '/path is missing'],
  [
    'a member that one item lacks',
    { files: [{ path: '/data/a' }, {}] },
    [below('/files/path')],
    '/files/path is missing',
  ],
  ['a member of a text', { file: '/data/a' }, [below('/file/path')], '/file/path is missing'],
  ['a member that every object inherits', {}, [below('/constructor')], '/constructor is missing'],
  ['a member that may be missing', {}, [below('/path', { optional: true })], undefined],
  [
    'one that may be missing, and is wrong',
    { path: '/etc' },
    [below('/path', { optional: true })],
    '/path: it must be',
  ],
  ['null where it may be missing', { path: null }, [below('/path', { optional: true })], '/path: it must be'],
  [
    'all rules',
    { path: '/data/a', to: 7 },
    [below('/path'), { pointer: '/to', max: 5 }],
    '/to: it must be a number of at least 0 of at most 5',
  ],
])('[tool:policy:argument-rules] %s is judged', (_why, args, rules, problem) => {
  const found = argumentProblem(args, rules);
  if (problem === undefined) expect(found).toBeUndefined();
  else expect(found).toContain(problem);
});

test.each<[rule: object, says: string]>([
  [{}, 'pointer'],
  [{ pointer: 'path', max: 1 }, 'must be a JSON pointer'],
  [{ pointer: '', max: 1 }, 'must be a JSON pointer'],
  [{ pointer: '/~2', max: 1 }, 'must be a JSON pointer'],
  [{ pointer: '/a' }, 'exactly one of'],
  [{ pointer: '/a', max: 1, pattern: 'x' }, 'exactly one of'],
  [{ pointer: '/a', patern: 'x' }, 'patern'],
  [{ pointer: '/a', pattern: 'x', schemes: ['https'] }, 'belongs beside hosts'],
  [{ pointer: '/a', hosts: [] }, 'Too small'],
  [{ pointer: '/a', sql_verbs: ['drop table'] }, 'must be a verb'],
])('a rule that cannot be meant is refused by its form: %j', (rule, says) => {
  expect(JSON.stringify(argumentRuleSchema.safeParse(rule).error?.issues)).toContain(says);
});

test.each<[rule: object, says: string | undefined]>([
  [{ pattern: '(?<=a)b' }, 'not a regular expression of RE2'],
  [{ pattern: '(' }, 'not a regular expression of RE2'],
  [{ pattern: '(?i)a|b' }, undefined],
  [{ path_prefixes: ['/data', '/a/../../b'] }, undefined],
  [{ path_prefixes: ['../a'] }, 'leads out of'],
  [{ path_prefixes: ['.'] }, 'names no folder'],
  [{ path_prefixes: ['/a%20b'] }, 'read in several ways'],
  [{ hosts: ['https://example.com'] }, 'must be a host'],
  [{ hosts: ['example.com/x'] }, 'must be a host'],
  [{ hosts: ['*'] }, 'must be a host'],
  [{ hosts: ['a*.example.com'] }, 'must be a host'],
  [{ hosts: ['*.example.com', '[::1]:80', 'bücher.example'] }, undefined],
  [{ min: 2, max: 1 }, 'is more than max'],
])('a rule that cannot be meant is refused by what it says: %j', (rule, says) => {
  const problem = ruleProblem(argumentRuleSchema.parse({ pointer: '/a', ...rule }));
  if (says === undefined) expect(problem).toBeUndefined();
  else expect(problem).toContain(says);
});

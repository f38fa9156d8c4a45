import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globMatcher } from '../../../domain/name-globs.ts';
import { modelToolNames } from '../../../domain/tool-names.ts';

const tool = fc.record({
  serverId: fc.constantFrom('mcp_1', 'mcp_2', 'mcp_3'),
  serverName: fc.oneof(fc.constantFrom('workspace', 'git hub', 'git_hub', '3d', '_'), fc.string({ maxLength: 80 })),
  toolName: fc.oneof(fc.constantFrom('search', 'se.arch', 'se/arch'), fc.string({ maxLength: 120 })),
});

describe('names of tools', () => {
  it('are accepted by every provider and unique', () => {
    fc.assert(
      fc.property(fc.array(tool, { maxLength: 30 }), (tools) => {
        const names = modelToolNames(tools);
        for (const name of names) expect(name).toMatch(/^[a-zA-Z][a-zA-Z0-9_-]{0,63}$/);
        expect(new Set(names).size).toBe(names.length);
      }),
    );
  });

  it('do not depend on the order of the tools', () => {
    const distinct = fc.uniqueArray(tool, { maxLength: 12, selector: (t) => `${t.serverId}\n${t.toolName}` });
    fc.assert(
      fc.property(distinct, (tools) => {
        expect(modelToolNames(tools.toReversed())).toEqual(modelToolNames(tools).toReversed());
      }),
    );
  });

  it('are plain for the bundled servers, whatever name an external server has', () => {
    const tools = [
      { serverId: 'mcp_9', serverName: 'workspace', toolName: 'search' },
      { serverId: 'workspace', serverName: 'workspace', toolName: 'search', bundled: true },
      { serverId: 'memory', serverName: 'memory', toolName: 'append', bundled: true },
      { serverId: 'mcp_8', serverName: 'git hub', toolName: 'issues.list' },
    ];
    const [stranger, ...others] = modelToolNames(tools);
    expect(others).toEqual(['workspace_search', 'memory_append', 'git_hub_issues_list']);
    expect(stranger).toMatch(/^workspace_search_[0-9a-z]{7}$/);
  });
});

describe('globs', () => {
  it('match as people expect', () => {
    const cases: [glob: string, name: string, matches: boolean][] = [
      ['workspace_*', 'workspace_search', true],
      ['workspace_*', 'memory_search', false],
      ['*', 'anything/at-all', true],
      ['openai/*', 'openai/ft:gpt-4o/x', true],
      ['gpt-4.1', 'gpt-4.1', true],
      ['gpt-4.?', 'gpt-401', false],
      ['*_{read,list}', 'git_list', true],
      ['[!w]*', 'workspace', false],
      ['[a-m]*', 'memory', true],
      ['a+b', 'aab', false],
      ['{broken', '{broken', true],
    ];
    for (const [glob, name, matches] of cases)
      expect([glob, name, globMatcher(glob)(name)]).toEqual([glob, name, matches]);
  });

  it('that have no special characters match only themselves', () => {
    fc.assert(
      fc.property(
        fc.string().filter((s) => !/[*?[\]{}]/.test(s)),
        fc.string(),
        (glob, other) => {
          expect(globMatcher(glob)(glob)).toBe(true);
          expect(globMatcher(glob)(other)).toBe(other === glob);
        },
      ),
    );
  });

  it('any text is a glob, and many stars do not hang', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (glob, name) => {
        expect(typeof globMatcher(glob)(name)).toBe('boolean');
      }),
    );
    expect(globMatcher(`${'*a'.repeat(40)}b`)('a'.repeat(256))).toBe(false);
  });
});

import { describe, expect, test } from 'vitest';
import { indexToolNames } from '../../../../domain/tool-name-index.ts';
import { governanceOf, policiesByTool } from '../../../../domain/tool-policy/policies-of-tool.ts';
import type { ToolPolicy } from '../../../../domain/tool-policy/tool-policy.ts';
import { policy } from './stored-policy.ts';

const names = { qualified: 'fs/write_file', own: 'write_file', model: 'fs_write_file' };

const deny = { allowed: false };
const ask = { requiresApproval: true };
const ofAgent = { agentId: 'sam' };
const ofDepartment = { department: 'sales' };

const settings = { unknownTools: 'ask', taint: 'ask' } as const;
const governed = (policies: readonly ToolPolicy[]) =>
  governanceOf(policiesByTool(policies, indexToolNames([names]))(0), undefined, settings);

describe('[tool:policy:most-specific-wins] a tool', () => {
  test.each<[why: string, policies: ToolPolicy[], verdict: string, rule: string]>([
    ['that no policy names meets the default', [], 'ask', 'default'],
    ['that no glob matches meets the default', [policy('git/*')], 'ask', 'default'],
    ['that one policy allows is allowed', [policy('fs/*')], 'allow', 'fs/*'],
    ['that one policy denies is denied', [policy('*', deny)], 'deny', '*'],
    ['meets the longer glob', [policy('*', deny), policy('fs/*')], 'allow', 'fs/*'],
    ['meets the longer glob, in any order', [policy('fs/*'), policy('*', deny)], 'allow', 'fs/*'],
    ['meets the longer glob of any of its names', [policy('fs/*', deny), policy('write_*')], 'allow', 'write_*'],
    [
      'meets its whole name rather than a glob',
      [policy('fs_*', deny), policy('fs/write_file')],
      'allow',
      'fs/write_file',
    ],
    [
      'meets `server/tool` rather than its own name',
      [policy('write_file', deny), policy('fs/write_file')],
      'allow',
      'fs/write_file',
    ],
    [
      'is not opened by wildcards that make a glob long',
      [policy('fs/w*', deny), policy('??????????????*')],
      'deny',
      'fs/w*',
    ],
    [
      'is not opened by a long list of characters',
      [policy('fs/w*', deny), policy('[a-zA-Z0-9_-]s/*')],
      'deny',
      'fs/w*',
    ],
    ['is not opened by long alternatives', [policy('fs/w*', deny), policy('{fs,averylongname}/*')], 'deny', 'fs/w*'],
    ['is denied where policies are equal', [policy('fs/*'), policy('fs_*', deny), policy('?s/*', ask)], 'deny', 'fs_*'],
    ['asks where the equal ones allow and ask', [policy('fs/*', ask), policy('fs_*')], 'ask', 'fs/*'],
    ['meets the policy of its agent first', [policy('fs/write_file', deny), policy('*', ofAgent)], 'allow', 'sam *'],
    [
      'meets the policy of its department before the tenant',
      [policy('fs/write_file'), policy('*', { ...ofDepartment, ...deny })],
      'deny',
      'sales *',
    ],
    [
      'meets the policy of its agent before the department',
      [policy('fs/write_file', { ...ofDepartment, ...deny }), policy('fs/*', { ...ofAgent, ...ask })],
      'ask',
      'sam fs/*',
    ],
    [
      'meets the longer glob within a scope',
      [policy('*', { ...ofAgent, ...deny }), policy('fs/*', ofAgent)],
      'allow',
      'sam fs/*',
    ],
    ['is denied and not asked for', [policy('fs/*', { ...deny, ...ask })], 'deny', 'fs/*'],
    [
      'keeps apart what names models alone see',
      [policy('write_*', { matchedNames: 'model', ...deny })],
      'ask',
      'default',
    ],
    [
      'is found by the name of models in an old policy',
      [policy('fs_*', { matchedNames: 'model', ...deny })],
      'deny',
      'fs_*',
    ],
  ])('%s', (_why, policies, verdict, rule) => {
    expect(governed(policies).standing).toEqual({ verdict, rule });
  });

  test('has the effect of the most specific policy that states one', () => {
    const policies = [
      policy('*', { effect: 'egress', idempotent: true }),
      policy('fs/*', { effect: 'read' }),
      policy('fs/write_*'),
    ];
    expect(governed(policies)).toMatchObject({ effect: 'read', idempotent: true, standing: { rule: 'fs/write_*' } });
    expect(governed([policy('fs/write_*')])).toMatchObject({ effect: 'write', idempotent: false });
  });

  test('keeps the argument rules of a less specific policy, until a more specific one states its own', () => {
    const rules = [{ pointer: '/path', path_prefixes: ['/data'] }];
    const broad = policy('fs/*', { argumentRules: rules });
    expect(governed([broad, policy('fs/write_file')]).argumentRules).toEqual({ rule: 'fs/*', rules });
    const none = policy('fs/write_file', { argumentRules: [] });
    expect(governed([broad, none]).argumentRules).toEqual({ rule: 'fs/write_file', rules: [] });
    expect(governed([policy('fs/*')]).argumentRules).toBeUndefined();
  });

  test.each<[why: string, policies: ToolPolicy[], asks: boolean]>([
    ['of which nothing is known', [], true],
    ['that writes', [policy('fs/*', { effect: 'write' })], true],
    ['that goes out', [policy('fs/*', { effect: 'egress' })], true],
    ['that reads', [policy('fs/*', { effect: 'read' })], false],
    ['that a policy trusts', [policy('fs/*', { effect: 'write', allowTainted: true })], false],
    ['that a less specific policy trusts', [policy('fs/*', { allowTainted: true }), policy('fs/write_*')], false],
    [
      'that a more specific policy does not trust',
      [policy('fs/*', { allowTainted: true }), policy('fs/write_*', { allowTainted: false })],
      true,
    ],
  ])('[tool:policy:taint] %s asks in a tainted conversation, or does not', (_why, policies, asks) => {
    expect(governed(policies).asksWhenTainted).toBe(asks);
    const off = { ...settings, taint: 'off' } as const;
    expect(governanceOf(policiesByTool(policies, indexToolNames([names]))(0), undefined, off).asksWhenTainted).toBe(
      false,
    );
    const bundled = { effect: 'write', idempotent: true } as const;
    expect(governanceOf(policiesByTool(policies, indexToolNames([names]))(0), bundled, settings).asksWhenTainted).toBe(
      false,
    );
  });

  test('keeps the rate limit of a less specific policy, until a more specific one states its own', () => {
    const broad = policy('fs/*', { rateLimit: { calls: 2, per_s: 60 } });
    expect(governed([broad, policy('fs/write_file')]).rateLimit).toEqual({ rule: 'fs/*', calls: 2, perS: 60 });
    expect(governed([broad, policy('fs/write_file', { rateLimit: 'none' })]).rateLimit).toBeUndefined();
    expect(governed([policy('fs/*')]).rateLimit).toBeUndefined();
  });

  test('that is bundled is known: it is allowed by default, and keeps its effect', () => {
    const known = { effect: 'read', idempotent: true } as const;
    const found = policiesByTool(
      [policy('*', { ...deny, effect: 'egress', idempotent: false })],
      indexToolNames([names]),
    )(0);
    expect(governanceOf([], known, settings)).toMatchObject({
      standing: { verdict: 'allow', rule: 'default' },
      ...known,
    });
    expect(governanceOf(found, known, settings)).toMatchObject({
      standing: { verdict: 'deny', rule: '*' },
      ...known,
    });
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type CheckArguments,
  type JudgedTool,
  type RequestedCall,
  storableCall,
  verdictOf,
} from '../../../domain/tool-verdict.ts';
import { evaluationsHere } from '../../../evaluation/evaluations-here.ts';

const schema = { type: 'object', properties: { to: { type: 'string' } }, required: ['to'] };
const tools: readonly JudgedTool[] = [
  { name: 'mail_send', standing: { verdict: 'allow', rule: 'default' } },
  { name: 'mail_delete', standing: { verdict: 'deny', rule: 'mail_delete' } },
  { name: 'mail_forward', standing: { verdict: 'ask', rule: 'mail_*' } },
  { name: 'mail_post', standing: { verdict: 'allow', rule: 'mail' }, asksWhenTainted: true },
  {
    name: 'mail_reply',
    standing: { verdict: 'ask', rule: 'mail_*' },
    argumentRules: { rule: 'mail', rules: [{ pointer: '/to', pattern: '.+@example\\.com' }] },
  },
];
const catalog = {
  byName: new Map(tools.map((tool) => [tool.name, tool])),
  tools: tools.filter((tool) => tool.standing.verdict !== 'deny'),
};
const check: CheckArguments<JudgedTool> = async ({ argumentRules }, args) =>
  evaluationsHere.check_arguments({ schema: JSON.stringify(schema), rules: argumentRules?.rules ?? [], args });

const judged = (call: RequestedCall) => verdictOf(storableCall(call), catalog, check);

describe('[tool:call:checked-before-it-runs] a call', () => {
  test.each<{ of: string; call: RequestedCall; verdict: string; rule: string; reasonCode?: string; says?: RegExp }>([
    {
      of: 'an allowed tool with valid arguments',
      call: { name: 'mail_send', args: { to: 'a' } },
      verdict: 'allow',
      rule: 'default',
    },
    {
      of: 'a tool that does not exist',
      call: { name: 'mail_sned', args: { to: 'a' } },
      verdict: 'deny',
      rule: 'catalog',
      reasonCode: 'tool.unknown',
      says: /no tool mail_sned\. The tools are: mail_send, mail_forward, mail_post, mail_reply\.$/,
    },
    {
      of: 'a tool that policy refuses, whatever its arguments',
      call: { name: 'mail_delete' },
      verdict: 'deny',
      rule: 'mail_delete',
      reasonCode: 'tool.not_allowed',
      says: /mail_delete is not allowed/,
    },
    {
      of: 'a tool with arguments that were cut off',
      call: { name: 'mail_send' },
      verdict: 'deny',
      rule: 'schema',
      reasonCode: 'tool.invalid_arguments',
      says: /not a JSON object/,
    },
    {
      of: 'a tool with arguments that are nested too deeply',
      call: { name: 'mail_send', args: nested(33) },
      verdict: 'deny',
      rule: 'schema',
      reasonCode: 'tool.invalid_arguments',
      says: /at most 32 levels/,
    },
    {
      of: 'a tool with arguments that are nested as deeply as allowed',
      call: { name: 'mail_send', args: nested(32) },
      verdict: 'allow',
      rule: 'default',
    },
    {
      of: 'a tool with arguments that do not fit',
      call: { name: 'mail_send', args: {} },
      verdict: 'deny',
      rule: 'schema',
      reasonCode: 'tool.invalid_arguments',
      says: /do not fit its schema: .*'to'/,
    },
    {
      of: 'a tool that needs approval',
      call: { name: 'mail_forward', args: { to: 'a' } },
      verdict: 'ask',
      rule: 'mail_*',
      reasonCode: 'tool.approval_required',
      says: /needs a person's approval/,
    },
    {
      of: 'a tool whose arguments break a rule, before it asks',
      call: { name: 'mail_reply', args: { to: 'eve@evil.com' } },
      verdict: 'deny',
      rule: 'mail',
      reasonCode: 'tool.argument_rule',
      says: /not allowed by policy\. \/to: it must match \.\+@example\\\.com as a whole\./,
    },
    {
      of: 'a tool whose arguments keep a rule',
      call: { name: 'mail_reply', args: { to: 'sam@example.com' } },
      verdict: 'ask',
      rule: 'mail_*',
      reasonCode: 'tool.approval_required',
      says: /needs a person's approval/,
    },
    {
      of: 'a tool with a rule, with arguments that do not fit',
      call: { name: 'mail_reply', args: {} },
      verdict: 'deny',
      rule: 'schema',
      reasonCode: 'tool.invalid_arguments',
      says: /do not fit/,
    },
    {
      of: 'a tool that needs approval, with invalid arguments',
      call: { name: 'mail_forward', args: {} },
      verdict: 'deny',
      rule: 'schema',
      reasonCode: 'tool.invalid_arguments',
      says: /do not fit/,
    },
  ])('of $of meets $verdict by $rule', async ({ call, verdict, rule, reasonCode, says }) => {
    const refused = says && { reasonCode, output: expect.stringMatching(says) };
    expect(await judged(call)).toEqual({ verdict, rule, ...refused });
  });

  test.each<[name: string, taintedBy: string | null, verdict: string, rule: string]>([
    ['mail_post', null, 'allow', 'mail'],
    ['mail_post', 'web_fetch', 'ask', 'taint'],
    ['mail_send', 'web_fetch', 'allow', 'default'],
    ['mail_forward', 'web_fetch', 'ask', 'mail_*'],
    ['mail_delete', 'web_fetch', 'deny', 'mail_delete'],
  ])(
    '[tool:policy:taint] of %s with text of %s in the conversation meets %s by %s',
    async (name, taintedBy, verdict, rule) => {
      const call = storableCall({ name, args: { to: 'a' } });
      expect(await verdictOf(call, catalog, check, { taintedBy })).toMatchObject({ verdict, rule });
    },
  );

  test('of any tool is told that there are none if none is offered', async () => {
    const none = { byName: new Map<string, JudgedTool>(), tools: [] };
    expect(await verdictOf({ name: 'mail_send' }, none, check)).toMatchObject({
      verdict: 'deny',
      output: expect.stringMatching(/The tools are: none\.$/),
    });
  });
});

describe('a call as it is stored', () => {
  test.each([
    { sent: 'mail_send', stored: 'mail_send' },
    { sent: 'mail.send now', stored: 'mail_send_now' },
    { sent: 'größe', stored: 'gr__e' },
    { sent: '', stored: 'tool_' },
    { sent: 'constructor', stored: 'tool_constructor' },
    { sent: '__proto__', stored: 'tool___proto__' },
    { sent: 'x'.repeat(65), stored: 'x'.repeat(64) },
  ])('has a name that providers take back: $sent', ({ sent, stored }) => {
    expect(storableCall({ name: sent }).name).toBe(stored);
  });

  test('[I6] breaks neither Postgres nor a provider, whatever a model sends', () => {
    const unit = fc.constantFrom('x', '.', ' ', 'ü', '😀', '\0', '\ud800', '\udfff');
    const anyText = fc.oneof(fc.constantFrom('constructor', 'x'.repeat(80)), fc.string({ unit, maxLength: 9 }));
    const anyArgs = fc.dictionary(anyText, fc.oneof(anyText, fc.array(anyText), fc.dictionary(anyText, anyText)));
    fc.assert(
      fc.property(anyText, anyArgs, (name, args) => {
        const call = storableCall({ name, args });
        expect(call.name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
        expect(textsIn(call.args).filter((text) => !text.isWellFormed() || text.includes('\0'))).toEqual([]);
      }),
    );
  });
});

/** All strings of a JSON value, including the names of its members. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, member]) => [name, ...textsIn(member)]);
}

/** Arguments of `levels` levels, the outermost included. */
function nested(levels: number): Record<string, unknown> {
  let inner: Record<string, unknown> = {};
  for (let level = 2; level < levels; level++) inner = { inner };
  return { to: 'a', inner };
}

import { expect, test } from 'vitest';
import type { GuardrailRule } from '../../../contract/guardrail-rules.ts';
import { compileRule } from '../../../domain/guardrails/compiled-rule.ts';
import { guardText } from '../../../domain/guardrails/guard-text.ts';
import type { Evaluate } from '../../../evaluation/evaluations.ts';
import { withoutSecrets } from '../../../evaluation/redact-secrets.ts';
import { createScan } from '../../../evaluation/scan-text.ts';
import { createReadPart } from '../../../evaluation/scan-window.ts';

const common: { id: string; hooks: ('output' | 'tool_result')[]; enabled: boolean } = {
  id: 'r',
  hooks: ['output', 'tool_result'],
  enabled: true,
};
const rules = {
  secrets: { ...common, kind: 'secrets', action: 'redact' },
  warned: { ...common, kind: 'secrets', action: 'warn' },
  size: { ...common, kind: 'size', action: 'block', max_characters: 100 },
  personal: {
    ...common,
    kind: 'personal_data',
    action: 'redact',
    entities: ['email'],
    min_confidence: 0,
    phone_region: 'US',
  },
  phrases: {
    ...common,
    kind: 'phrases',
    action: 'block',
    phrases: ['blue falcon'],
    whole_words: true,
    min_confidence: 0,
  },
  schema: { ...common, hooks: ['output'], kind: 'answer_schema', action: 'block', schema: { type: 'object' } },
} satisfies Record<string, GuardrailRule>;

/** Gives up whatever it is asked, and counts it. */
function givingUp() {
  const asked: string[] = [];
  const evaluate: Evaluate = async (name) => {
    asked.push(name);
    return { kind: 'given_up', why: 'it took more time or memory than it may' };
  };
  return { asked, evaluate };
}

const words = 'plain words of an honest text. '.repeat(1_000);

test.each<[of: string, rule: GuardrailRule, text: string, elsewhere: boolean]>([
  ['secrets in a short text', rules.secrets, 'sk-', false],
  ['secrets in a long text without a trace of one', rules.secrets, words, false],
  ['secrets in a long text with a trace of one', rules.secrets, `${words} ghp_`, true],
  ['secrets in a very long text', rules.secrets, words.repeat(10), true],
  ['the size of any text', rules.size, words.repeat(10), false],
  ['personal data in a text without digits', rules.personal, words, false],
  ['personal data in a long text with digits', rules.personal, `${words} 1`, true],
  [
    'personal data in a long text beyond ASCII, whose digits may be written otherwise',
    rules.personal,
    'é１'.repeat(10_000),
    true,
  ],
  ['personal data in a very long text', rules.personal, words.repeat(10), true],
  ['phrases whose letters are not in the text', rules.phrases, words, false],
  ['phrases whose letters are in the text', rules.phrases, 'a blue falcon', true],
  ['a schema of answers', rules.schema, '{}', true],
])(
  '[evaluation:limits:ended-and-others-go-on] a look for %s is taken elsewhere where it may take long',
  async (_, rule, text, elsewhere) => {
    const { asked, evaluate } = givingUp();
    await guardText(text, { hook: 'output', rules: [compileRule(rule)], scan: createScan(evaluate) });
    expect(asked).toEqual(elsewhere ? ['scan_text'] : []);
  },
);

test('[evaluation:scan:fails-closed] a text that a rule could not read is withheld, with the code, unless the rule only warns', async () => {
  const { evaluate } = givingUp();
  const scan = createScan(evaluate);
  const text = `${words} ghp_`;
  const guarded = await guardText(text, { hook: 'tool_result', rules: [compileRule(rules.secrets)], scan });
  expect(guarded).toMatchObject({
    text: '',
    blockedBy: { ruleId: 'r', action: 'block', reasonCode: 'guardrail_gave_up' },
  });
  const warned = await guardText(text, { hook: 'tool_result', rules: [compileRule(rules.warned)], scan });
  expect(warned).toMatchObject({ text, interventions: [{ action: 'warn', reasonCode: 'guardrail_gave_up' }] });
  expect(await withoutSecrets(text, 'input', evaluate)).toMatch(/^\[A message took the rule "secrets" more time/);
});

test('[evaluation:scan:fails-closed] of a growing answer that could not be read no more is shown, and nobody waits for it', async () => {
  const { evaluate } = givingUp();
  const read = createReadPart([compileRule(rules.secrets)], evaluate);
  const short = read('a few words, ', 0);
  expect(short.kind).toBe('here');
  expect(await short.part).toMatchObject({ upTo: expect.any(Number) });
  const long = read(words, 0);
  expect(long.kind).toBe('elsewhere');
  expect(await long.part).toBeUndefined();
});

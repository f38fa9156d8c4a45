import { expect, test } from 'vitest';
import type { z } from 'zod';
import { createRoutes } from '../../../api/create-api.ts';
import { putGuardrailConfigSchema } from '../../../contract/guardrails.ts';
import { mcpServerRequestSchema } from '../../../contract/mcp.ts';
import { memoryInitSchema } from '../../../contract/memory.ts';
import { registerProviderSchema } from '../../../contract/providers.ts';
import { toolPolicyRequestSchema } from '../../../contract/tool-policy.ts';
import { knownFields } from '../../../service/verb/known-fields.ts';
import { parseInput } from '../../../service/verb/parse.ts';
import { ServiceError } from '../../../service/verb/service-error.ts';

const never = () => {
  throw new Error('Only the definitions of the routes are read.');
};
const routes = createRoutes({ follow: never, openStreams: never, close: never });
const withBody = routes.flatMap(({ method, path, body, bodyExamples = {} }) =>
  body === undefined ? [] : [{ name: `${method.toUpperCase()} ${path}`, body, examples: Object.values(bodyExamples) }],
);

function refusalOf(schema: z.ZodType, body: unknown): { code: string; param: string | undefined; message: string } {
  try {
    parseInput(schema, body);
  } catch (error) {
    if (error instanceof ServiceError) return { code: error.code, param: error.param, message: error.message };
    throw error;
  }
  throw new Error(`It was not refused: ${JSON.stringify(body)}`);
}

test.each(withBody)(
  '[api:input:unknown-field-is-named] $name refuses each of its fields when it is misspelt, and says which one was meant',
  ({ body, examples }) => {
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) {
      const fields = knownFields(body, [], example);
      expect(fields.length).toBeGreaterThan(0);
      for (const field of fields) {
        const misspelt = `${field}${field.slice(-1)}`;
        const refusal = refusalOf(body, { ...Object(example), [misspelt]: 1 });
        expect(refusal).toMatchObject({ code: 'unknown_field', param: misspelt });
        expect(refusal.message).toContain(`Did you mean "${field}"?`);
      }
    }
  },
);

const rule = { id: 'a', hooks: ['output'], action: 'block' };
const policy = { tool_name: 'fs/*', allowed: true };
const model = { id: 'm', input_usd_per_mtok: 1, output_usd_per_mtok: 1 };
const provider = { provider: 'openai-compatible', base_url: 'http://127.0.0.1:1/v1', api_key: 'k' };

test.each<[what: string, schema: z.ZodType, body: object, param: string, meant: string]>([
  ['a setting without its s', putGuardrailConfigSchema, { redact_secret: false }, 'redact_secret', 'redact_secrets'],
  ['another spelling', putGuardrailConfigSchema, { blockedPhrases: [] }, 'blockedPhrases', 'blocked_phrases'],
  [
    'a field of a rule',
    putGuardrailConfigSchema,
    { rules: [{ ...rule, kind: 'phrases', phrases: ['x'], whole_word: true }] },
    'rules.0.whole_word',
    'whole_words',
  ],
  [
    'a field that is required',
    putGuardrailConfigSchema,
    { rules: [{ ...rule, kind: 'phrases', phrase: ['x'] }] },
    'rules.0.phrase',
    'phrases',
  ],
  [
    'a part of a limit',
    toolPolicyRequestSchema,
    { ...policy, rate_limit: { calls: 1, per_sec: 1 } },
    'rate_limit.per_sec',
    'per_s',
  ],
  [
    'a part of an argument rule',
    toolPolicyRequestSchema,
    { ...policy, argument_rules: [{ pointer: '/p', path_prefix: ['/a'] }] },
    'argument_rules.0.path_prefix',
    'path_prefixes',
  ],
  [
    'a field of oauth',
    mcpServerRequestSchema,
    { name: 'a', transport: 'sse', url: 'https://a.example', oauth: { grant: 'authorization_code', scope: [] } },
    'oauth.scope',
    'scopes',
  ],
  [
    'a field of a model',
    registerProviderSchema,
    { ...provider, models: [{ ...model, input_usd_per_token: 1 }] },
    'models.0.input_usd_per_token',
    'input_usd_per_mtok',
  ],
  [
    'a field of a document',
    memoryInitSchema,
    { documents: [{ content: 'a', blok: 'human' }] },
    'documents.0.blok',
    'block',
  ],
])('[api:input:unknown-field-is-named] %s that is misspelt is refused, also within the body', (_, ...given) => {
  const [schema, body, param, meant] = given;
  const refusal = refusalOf(schema, body);
  expect(refusal).toMatchObject({ code: 'unknown_field', param });
  expect(refusal.message).toContain(`Did you mean "${meant}"?`);
});

test('[api:input:unknown-field-is-named] a field that is like no other is answered with those that there are', () => {
  expect(refusalOf(putGuardrailConfigSchema, { zzz: 1 }).message).toBe(
    'Unknown field "zzz". Known are blocked_phrases, redact_secrets, rules.',
  );
  // A long name is compared with no other: that would take long.
  const long = `rules${'s'.repeat(100)}`;
  expect(refusalOf(putGuardrailConfigSchema, { [long]: 1 }).message).toContain('Known are blocked_phrases, ');
});

test('what the published client sends with documents is taken', () => {
  const sent = { documents: [{ content: 'a', source: 'notes.md' }], model: 'm' };
  expect(parseInput(memoryInitSchema, sent)).toMatchObject(sent);
});

/** A part of a schema that takes only certain values. */
interface Choice {
  readonly schema: z.core.$ZodType;
  readonly values: readonly unknown[];
}

/** Finds every choice in a schema. A schema that others contain is looked at once. */
function choicesIn(schema: z.core.$ZodType, seen: Set<unknown>): Choice[] {
  if (seen.has(schema)) return [];
  seen.add(schema);
  // Every schema of Zod is one of this union; the interface does not say it.
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'enum':
      return [{ schema, values: Object.values(def.entries) }];
    case 'literal':
      return [{ schema, values: def.values }];
    case 'union': {
      const literal = def.options.flatMap((option) =>
        choicesIn(option, new Set()).filter((each) => each.schema === option),
      );
      const own = literal.length > 0 ? [{ schema, values: literal.flatMap(({ values }) => values) }] : [];
      return [...own, ...def.options.flatMap((option) => choicesIn(option, seen))];
    }
    case 'object':
      return Object.values(def.shape).flatMap((field) => choicesIn(field, seen));
    case 'array':
      return choicesIn(def.element, seen);
    case 'record':
      return choicesIn(def.valueType, seen);
    case 'optional':
    case 'nullable':
    case 'default':
      return choicesIn(def.innerType, seen);
    case 'pipe':
      return choicesIn(def.in, seen);
    default:
      return [];
  }
}

const seen = new Set<unknown>();
const choices = routes.flatMap(({ body, query }) =>
  [body, query].flatMap((each) => (each ? choicesIn(each, seen) : [])),
);

test('[api:input:choices-are-all-named] whatever takes one of certain values names all of them, wherever it is refused', () => {
  expect(choices.length).toBeGreaterThan(30);
  for (const { schema, values } of choices) {
    // It is only asked to refuse.
    const { message } = refusalOf(schema as z.ZodType, 'nonsense');
    expect(values.filter((value) => !message.includes(JSON.stringify(value)))).toEqual([]);
  }
});

test.each<[body: object, param: string, says: string]>([
  [{ ...policy, rate_limit: 'all' }, 'rate_limit', '"rate_limit": must be an object or "none".'],
  [{ ...policy, effect: 'reads' }, 'effect', '"effect": must be one of "read", "write", "egress".'],
])('[api:input:choices-are-all-named] the policy %j is refused with all that its field may be', (body, param, says) => {
  expect(refusalOf(toolPolicyRequestSchema, body)).toEqual({ code: 'invalid_request', param, message: says });
});

test('[api:input:choices-are-all-named] a rule of an unknown kind, or of none, is answered with the kinds that there are', () => {
  const kinds = 'must be one of "secrets", "personal_data", "prompt_injection", "phrases", "topic", "answer_schema"';
  const refusal = (given: object) => refusalOf(putGuardrailConfigSchema, { rules: [{ ...rule, ...given }] });
  expect(refusal({ kind: 'secret' })).toMatchObject({ param: 'rules.0.kind' });
  expect(refusal({ kind: 'secret' }).message).toContain(kinds);
  expect(refusal({}).message).toContain(kinds);
});

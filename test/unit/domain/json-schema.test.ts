import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createArgumentValidator } from '../../../domain/json-schema.ts';

const search = {
  type: 'object',
  properties: { query: { type: 'string', minLength: 1 }, limit: { type: 'integer', minimum: 1 } },
  required: ['query'],
  additionalProperties: false,
};

describe('arguments of a tool', () => {
  it('pass when they match the schema, in 2020-12 and draft-07', () => {
    for (const $schema of [
      undefined,
      'https://json-schema.org/draft/2020-12/schema',
      'http://json-schema.org/draft-07/schema#',
    ]) {
      const validate = createArgumentValidator($schema === undefined ? search : { $schema, ...search });
      expect(validate({ query: 'x', limit: 3 })).toEqual({ ok: true });
      expect(validate({ limit: 3 })).toMatchObject({ ok: false });
    }
    const tuple = createArgumentValidator({
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: { pair: { items: [{ type: 'string' }] } },
    });
    expect(tuple({ pair: [1] })).toMatchObject({ ok: false });
    const prefix = createArgumentValidator({
      type: 'object',
      properties: { pair: { prefixItems: [{ type: 'string' }] } },
    });
    expect(prefix({ pair: [1] })).toMatchObject({ ok: false });
  });

  it('that do not match are refused with the place and the rule, without the value', () => {
    const validate = createArgumentValidator(search);
    expect(validate({ query: '' })).toEqual({
      ok: false,
      message: 'arguments/query must NOT have fewer than 1 characters',
    });
    expect(validate({ query: 'x', colour: 'secret' })).toEqual({
      ok: false,
      message: 'arguments must NOT have additional properties: "colour"',
    });
    expect(validate(undefined)).toMatchObject({ ok: false });
  });

  it('formats are checked', () => {
    const validate = createArgumentValidator({
      type: 'object',
      properties: { at: { type: 'string', format: 'date-time' } },
    });
    expect(validate({ at: '2026-11-22T10:00:00Z' })).toEqual({ ok: true });
    expect(validate({ at: 'yesterday' })).toMatchObject({ ok: false });
  });

  it('a schema that cannot be used refuses every call and says so', () => {
    for (const schema of [{ type: 'strang' }, { $ref: 'https://example.org/elsewhere.json' }, { properties: 5 }]) {
      const check = createArgumentValidator(schema as Record<string, unknown>)({});
      expect(check).toMatchObject({ ok: false });
      expect(check.ok ? '' : check.message).toContain("the tool's input schema cannot be used");
    }
  });

  it('are checked against an asynchronous schema like against any other', () => {
    expect(createArgumentValidator({ $async: true, ...search })({})).toMatchObject({ ok: false });
  });

  it('a pattern made to hang is matched in linear time, and a pattern that RE2 does not know is left to the server', () => {
    const hang = createArgumentValidator({ type: 'object', properties: { a: { type: 'string', pattern: '^(a+)+$' } } });
    expect(hang({ a: `${'a'.repeat(5000)}!` })).toMatchObject({ ok: false });
    expect(hang({ a: 'aaa' })).toEqual({ ok: true });
    const two = createArgumentValidator({
      type: 'object',
      properties: { a: { type: 'string', pattern: '^a$' }, b: { type: 'string', pattern: '^b$' } },
    });
    expect(two({ a: 'a', b: 'b' })).toEqual({ ok: true });
    expect(two({ a: 'a', b: 'a' })).toMatchObject({ ok: false });
    const lookahead = createArgumentValidator({
      type: 'object',
      properties: { a: { type: 'string', pattern: '^(?!x)' } },
    });
    expect(lookahead({ a: 'x' })).toEqual({ ok: true });
  });

  it('messages are bounded, whatever the schema and the arguments', () => {
    const wide = createArgumentValidator({
      type: 'object',
      properties: { a: { enum: Array.from({ length: 500 }, (_, i) => `value-${i}`) } },
    });
    const refusal = wide({ a: 'none' });
    expect(refusal.ok ? Infinity : Buffer.byteLength(refusal.message)).toBeLessThanOrEqual(500);
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (schema, args) => {
        const check = createArgumentValidator(schema)(args);
        if (!check.ok) expect(Buffer.byteLength(check.message)).toBeLessThanOrEqual(500);
      }),
    );
  });

  it('a message that is cut can be stored, wherever the cut falls', () => {
    for (const shift of ['', 'x', 'xx', 'xxx']) {
      const check = createArgumentValidator({ properties: { mood: { enum: [shift + '😀'.repeat(200)] } } })({
        mood: 1,
      });
      const message = check.ok ? '' : check.message;
      expect(message).toMatch(/😀…$/u);
      expect(message.isWellFormed()).toBe(true);
    }
  });

  it('that are nested deeper than the stack allows are refused', () => {
    const validate = createArgumentValidator({
      $ref: '#/$defs/node',
      $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } } } },
    });
    let deep: Record<string, unknown> = {};
    for (let i = 0; i < 200_000; i++) deep = { next: deep };
    expect(validate(deep)).toMatchObject({ ok: false });
  });
});

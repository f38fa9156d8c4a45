import type { z } from 'zod';
import type { ErrorCode } from '../../contract/error.ts';
import { refinementCodes } from '../../contract/fields.ts';
import { ServiceError } from './service-error.ts';

/**
 * The second step of every verb: turns what came over the wire into what its schema makes of it.
 * @throws ServiceError that names the first wrong field
 */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw refusalOf(result.error.issues[0], input);
}

/** A time that a schema has checked. */
export function dateOrNull(text: string | undefined): Date | null {
  return text === undefined ? null : new Date(text);
}

function refusalOf(issue: z.core.$ZodIssue | undefined, input: unknown): ServiceError {
  if (issue === undefined) return new ServiceError('invalid_request', 'The request is not valid.');
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    const param = [...path, issue.keys[0] ?? ''].join('.');
    return new ServiceError('unknown_field', `Unknown field "${param}".`, { param });
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const inner = issue.errors[0]?.[0];
    if (inner !== undefined) return refusalOf({ ...inner, path: [...issue.path, ...inner.path] }, input);
  }
  if (path.length === 0 && issue.code === 'invalid_type') {
    return new ServiceError('invalid_request', 'The body must be a JSON object.');
  }
  const param = path.join('.');
  const field = param === '' ? 'The request' : `"${param}"`;
  return new ServiceError(codeOf(issue), `${field}: ${sentenceOf(issue, path, input)}.`, {
    param: param === '' ? undefined : param,
  });
}

function sentenceOf(issue: z.core.$ZodIssue, path: readonly string[], input: unknown): string {
  if (issue.code === 'invalid_type' && valueAt(input, path) === undefined) return 'is required';
  const [first = '', ...rest] = issue.message;
  return first.toLowerCase() + rest.join('').replace(/\.$/, '');
}

function valueAt(input: unknown, path: readonly string[]): unknown {
  let value = input;
  for (const step of path) {
    if (value === null || typeof value !== 'object') return undefined;
    value = Object.hasOwn(value, step) ? Object.entries(value).find(([name]) => name === step)?.[1] : undefined;
  }
  return value;
}

/** A refinement may carry a code of its own (contract/fields.ts, RefinementParams). */
function codeOf(issue: z.core.$ZodIssue): ErrorCode {
  const own = issue.code === 'custom' ? issue.params?.errorCode : undefined;
  return refinementCodes.find((code) => code === own) ?? 'invalid_request';
}

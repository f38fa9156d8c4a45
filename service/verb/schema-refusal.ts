import type { z } from 'zod';
import type { ErrorCode } from '../../contract/error.ts';
import { refinementCodes } from '../../contract/fields.ts';
import { fieldOf, hintOfFields, knownFields } from './known-fields.ts';
import { ServiceError } from './service-error.ts';

type Issue = z.core.$ZodIssue;

interface Refused {
  readonly schema: z.core.$ZodType;
  readonly input: unknown;
}

/**
 * The refusal of an input that does not fit its schema. It names the first wrong field. A field that nobody knows is named before
 * a field that is missing, because it may be that field misspelt.
 */
export function schemaRefusal(issues: readonly Issue[], refused: Refused): ServiceError {
  const [issue] = narrowed(issues);
  if (issue === undefined) return new ServiceError('invalid_request', 'The request is not valid.');
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const param = [...path, key].join('.');
    const hint = hintOfFields(key, knownFields(refused.schema, path, refused.input));
    return new ServiceError('unknown_field', `Unknown field "${param}".${hint}`, { param });
  }
  if (path.length === 0 && issue.code === 'invalid_type') {
    return new ServiceError('invalid_request', 'The body must be a JSON object.');
  }
  const param = path.join('.');
  const field = param === '' ? 'The request' : `"${param}"`;
  return new ServiceError(codeOf(issue), `${field}: ${sentenceOf(issue, path, refused.input)}.`, {
    param: param === '' ? undefined : param,
  });
}

/** The issues with those of the alternatives that the input comes nearest to, unknown fields first. */
function narrowed(issues: readonly Issue[]): Issue[] {
  const within = issues.flatMap((issue) => {
    if (issue.code !== 'invalid_union') return [issue];
    const alternative = meantAlternative(issue.errors);
    return alternative === undefined
      ? [issue]
      : narrowed(alternative.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })));
  });
  const isUnknown = ({ code }: Issue) => code === 'unrecognized_keys';
  return [...within.filter(isUnknown), ...within.filter((issue) => !isUnknown(issue))];
}

/** The alternative of which only parts are wrong. Undefined: the value is none of them as a whole. */
function meantAlternative(alternatives: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  return alternatives.find((issues) =>
    issues.every(({ code, path }) => path.length > 0 || !['invalid_type', 'invalid_value'].includes(code)),
  );
}

function sentenceOf(issue: Issue, path: readonly string[], input: unknown): string {
  if (valueAt(input, path) === undefined && issue.code !== 'custom') return `is required${choicesOf(issue)}`;
  if (issue.code === 'invalid_union') return `must be ${expectedOf(issue).join(' or ')}`;
  if (issue.code === 'invalid_value') return `must be ${oneOf(issue.values)}`;
  const [first = '', ...rest] = issue.message;
  return first.toLowerCase() + rest.join('').replace(/\.$/, '');
}

/** The values that a required field may have, where they are few. */
function choicesOf(issue: Issue): string {
  if (issue.code === 'invalid_value') return `: it must be ${oneOf(issue.values)}`;
  return issue.code === 'invalid_union' ? `: it must be ${expectedOf(issue).join(' or ')}` : '';
}

/** Everything that each alternative of a union takes. */
function expectedOf({ errors, ...issue }: Extract<Issue, { code: 'invalid_union' }>): string[] {
  if ('options' in issue && Array.isArray(issue.options)) return [oneOf(issue.options)];
  const expected = errors.flatMap(([first]) => {
    if (first?.code === 'invalid_type') return [article(first.expected)];
    return first?.code === 'invalid_value' ? [oneOf(first.values)] : [];
  });
  return expected.length > 0 ? [...new Set(expected)] : ['of another form'];
}

function article(type: string): string {
  return /^[aeio]/.test(type) ? `an ${type}` : `a ${type}`;
}

function oneOf(values: readonly unknown[]): string {
  const named = values.map((value) => JSON.stringify(value));
  return named.length === 1 ? named.join('') : `one of ${named.join(', ')}`;
}

function valueAt(input: unknown, path: readonly string[]): unknown {
  return path.reduce(fieldOf, input);
}

/** A refinement may carry a code of its own (contract/fields.ts, RefinementParams). */
function codeOf(issue: Issue): ErrorCode {
  const own = issue.code === 'custom' ? issue.params?.errorCode : undefined;
  return refinementCodes.find((code) => code === own) ?? 'invalid_request';
}

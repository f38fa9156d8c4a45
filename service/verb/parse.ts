import { z } from 'zod';
import { schemaRefusal } from './schema-refusal.ts';

/** More values than an input has where all of its wrong fields are looked for. */
const MANY_VALUES = 2_000;
/** No schema knows as many fields of one object. */
const MANY_FIELDS = 1_000;

/**
 * The second step of every verb: turns what came over the wire into what its schema makes of it. Of a large input the check ends at
 * the first wrong field: ten thousand wrong images took the event loop 0.3 s.
 * @throws ServiceError that names the first wrong field
 */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const checked = withFewerFields(schema, input);
  // It is what `validate` of zod sets, which does not tell the issue.
  const context: z.core.ParseContextInternal<z.core.$ZodIssue> = { abortEarly: hasManyValues(checked) };
  const result = schema.safeParse(checked, context);
  if (result.success) return result.data;
  throw schemaRefusal(result.error.issues, { schema, input: checked });
}

/** An input with more fields than any schema knows is refused for the first unknown one, so the others need no look. */
function withFewerFields(schema: z.ZodType, input: unknown): unknown {
  if (!(schema instanceof z.ZodObject) || !(schema.def.catchall instanceof z.ZodNever)) return input;
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return input;
  const fields = Object.entries(input);
  return fields.length <= MANY_FIELDS ? input : Object.fromEntries(fields.slice(0, MANY_FIELDS));
}

function hasManyValues(input: unknown): boolean {
  let left = MANY_VALUES;
  const visit = (value: unknown): boolean => {
    left -= 1;
    if (left < 0) return true;
    return typeof value === 'object' && value !== null && Object.values(value).some(visit);
  };
  return visit(input);
}

/** A time that a schema has checked. */
export function dateOrNull(text: string | undefined): Date | null {
  return text === undefined ? null : new Date(text);
}

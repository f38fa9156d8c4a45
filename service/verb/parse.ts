import type { z } from 'zod';
import { schemaRefusal } from './schema-refusal.ts';

/**
 * The second step of every verb: turns what came over the wire into what its schema makes of it.
 * @throws ServiceError that names the first wrong field
 */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw schemaRefusal(result.error.issues, { schema, input });
}

/** A time that a schema has checked. */
export function dateOrNull(text: string | undefined): Date | null {
  return text === undefined ? null : new Date(text);
}

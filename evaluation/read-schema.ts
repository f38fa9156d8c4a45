import type { UsableSchema } from '../domain/tool-schema/usable-schema.ts';
import type { Evaluate } from './evaluations.ts';

/** Reads the input schema that a server lists for a tool. One that takes too long to read or to check can't be used. */
export async function readSchema(evaluate: Evaluate, sent: unknown): Promise<UsableSchema> {
  const read = await evaluate('usable_schema', { sent });
  if (read.kind === 'done') return read.value;
  return { kind: 'unusable', reason: 'costly_schema', why: `Its input schema can't be used, because ${read.why}.` };
}

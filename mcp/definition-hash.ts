import { createHash } from 'node:crypto';
import { canonicalJson } from '../domain/canonical-json.ts';

/** SHA-256 (hex) of a tool's name, description and input schema in canonical JSON. Another hash means another tool. */
export function definitionHash(definition: {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: Record<string, unknown>;
}): string {
  const { name, description, inputSchema } = definition;
  return createHash('sha256').update(canonicalJson({ name, description, inputSchema })).digest('hex');
}

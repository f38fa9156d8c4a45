import { createHash } from 'node:crypto';
import { canonicalJson } from '../domain/canonical-json.ts';

/**
 * SHA-256 (hex) of what a model acts on, as the server sent it, in canonical JSON (RFC 8785): the name, the description and
 * the input schema of a tool. Another hash means another tool. A title, annotations and an output schema are shown to no
 * model.
 */
export function definitionHash(definition: {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: unknown;
}): string {
  const { name, description, inputSchema } = definition;
  return createHash('sha256').update(canonicalJson({ name, description, inputSchema })).digest('hex');
}

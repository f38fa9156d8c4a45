import { createHash } from 'node:crypto';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { withoutPointers } from '../../domain/json-pointer.ts';

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
  return sha256Hex(canonicalJson({ name, description, inputSchema }));
}

/** The hash of a definition without what the JSON Pointers name. */
export function hashWithout(definition: Parameters<typeof definitionHash>[0], paths: readonly string[]): string {
  const { name, description, inputSchema } = definition;
  return sha256Hex(canonicalJson({ name, ...withoutParts({ description, inputSchema }, paths) }));
}

function withoutParts(parts: object, paths: readonly string[]): object {
  // An object without some of its members is an object.
  return withoutPointers(parts, paths) as object;
}

function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

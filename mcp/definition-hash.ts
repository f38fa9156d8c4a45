import { createHash } from 'node:crypto';
import { canonicalJson } from '../domain/canonical-json.ts';

/** SHA-256 (hex) over name, description and input schema of a tool in canonical JSON: another hash is another tool. */
export function definitionHash(definition: {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: Record<string, unknown>;
}): string {
  const { name, description, inputSchema } = definition;
  return createHash('sha256').update(canonicalJson({ name, description, inputSchema })).digest('hex');
}

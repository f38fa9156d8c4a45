import { referredPart } from '../../domain/json-pointer.ts';
import { isRecord, type JsonRecord } from '../../domain/json-record.ts';

/** A JSON Schema that an MCP server made: any of its members may be missing or be nonsense. */
export type JsonSchema = JsonRecord;

export function isSchema(value: unknown): value is JsonSchema {
  return isRecord(value);
}

export function schemasOf(value: unknown): JsonSchema[] {
  return Array.isArray(value) ? value.filter(isSchema) : [];
}

export function namesOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((name): name is string => typeof name === 'string') : [];
}

export function propertiesOf({ properties }: JsonSchema): Record<string, unknown> {
  return isSchema(properties) ? properties : {};
}

/** The schema that a reference within the document names. Undefined: it names none. */
export function referred(root: JsonSchema, reference: unknown): JsonSchema | undefined {
  const part = referredPart(root, reference);
  return isSchema(part) ? part : undefined;
}

export function bytesOf(schema: JsonSchema): number {
  return Buffer.byteLength(JSON.stringify(schema));
}

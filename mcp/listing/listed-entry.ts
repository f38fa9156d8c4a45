import type { WithheldReason } from '../../contract/mcp.ts';
import { isRecord } from '../../domain/json-record.ts';
import type { WithheldTool } from '../../domain/mcp-tool.ts';
import { deeperThan, storableText } from '../../domain/storable-text.ts';
import { MAX_SCHEMA_DEPTH } from '../../domain/tool-schema/usable-schema.ts';
import { definitionHash } from './definition-hash.ts';

/** An entry of a listing that names a tool. Its schema is as the server sent it. */
export interface ListedTool {
  readonly name: string;
  readonly description: string;
  readonly sentSchema: unknown;
  readonly hash: string;
}

export type ListedEntry =
  | { readonly kind: 'tool'; readonly tool: ListedTool }
  | { readonly kind: 'withheld'; readonly withheld: WithheldTool };

/**
 * UTF-8 bytes of a definition as JSON: some 8,000 tokens, and 30 times the largest definition of three official servers. A
 * definition that fills a prompt by itself would end every session of the tenant as too long, without a word of which tool
 * it was.
 */
const MAX_DEFINITION_BYTES = 32 * 1024;
const MAX_NAME_BYTES = 512;

/** @param place of the entry in the listing, from 1 */
export function listedEntry(entry: unknown, place: number): ListedEntry {
  if (!isRecord(entry)) return withheld(`#${place}`, 'not_an_object', 'It is no JSON object.');
  const { name, description: sentDescription, inputSchema, execution } = entry;
  const problem = nameProblem(name);
  if (problem !== undefined || typeof name !== 'string') {
    return withheld(`#${place}`, 'unusable_name', `Its name ${problem}.`);
  }
  if (deeperThan(inputSchema, MAX_SCHEMA_DEPTH)) {
    const message = `Its input schema is nested more than ${MAX_SCHEMA_DEPTH} deep.`;
    return withheld(name, 'unusable_schema', message);
  }
  const description = typeof sentDescription === 'string' ? sentDescription : '';
  const bytes = Buffer.byteLength(JSON.stringify({ name, description, inputSchema }));
  if (bytes > MAX_DEFINITION_BYTES) {
    const message = `Its definition has ${bytes} bytes, more than ${MAX_DEFINITION_BYTES}.`;
    return withheld(name, 'too_large', message);
  }
  if (isRecord(execution) && execution.taskSupport === 'required') {
    return withheld(name, 'needs_task', 'It can be called as a task only, which is not supported.');
  }
  const hash = definitionHash({ name, description, inputSchema });
  return { kind: 'tool', tool: { name, description: storableText(description), sentSchema: inputSchema, hash } };
}

/** @returns what follows "Its name" */
function nameProblem(name: unknown): string | undefined {
  if (typeof name !== 'string') return 'is no text';
  if (name.trim() === '') return 'is empty';
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return `has more than ${MAX_NAME_BYTES} bytes`;
  // A tool is called by its exact name.
  return storableText(name) === name ? undefined : 'has characters that cannot be stored';
}

function withheld(tool: string, reason: WithheldReason, message: string): ListedEntry {
  return { kind: 'withheld', withheld: { tool, reason, message } };
}

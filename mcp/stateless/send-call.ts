import type { Client, RequestOptions } from '@modelcontextprotocol/client';
import { z } from 'zod';
import { isRecord } from '../../domain/json-record.ts';
import type { ListedTool } from '../listing/listed-entry.ts';
import { answerSchema } from './carried-answers.ts';
import type { Generation } from './generations.ts';

/** A result is read part by part (mcp/results/tool-result.ts): whatever came, the tool has run. */
const anyResult = answerSchema(z.looseObject({}));

/**
 * Sends a call and returns what came. A stateless server may want arguments to be repeated in headers, for proxies in front of
 * it, and refuses a call without them: its definition of the tool says which.
 */
export async function sendCall(
  { client, generation }: { readonly client: Client; readonly generation: Generation },
  call: {
    readonly name: string;
    readonly arguments: Record<string, unknown>;
    readonly _meta?: Record<string, unknown> | undefined;
  },
  listed: ListedTool | undefined,
  options: RequestOptions,
): Promise<z.output<typeof anyResult>> {
  const inputSchema = objectSchemaOf(listed);
  if (generation !== 'stateless' || inputSchema === undefined) {
    return client.request({ method: 'tools/call', params: call }, anyResult, options);
  }
  const toolDefinition = { name: call.name, inputSchema };
  return anyResult.parse(await client.callTool(call, { ...options, toolDefinition }));
}

function objectSchemaOf(listed: ListedTool | undefined): { type: 'object'; [keyword: string]: unknown } | undefined {
  const schema = listed?.sentSchema;
  return isRecord(schema) ? { ...schema, type: 'object' } : undefined;
}

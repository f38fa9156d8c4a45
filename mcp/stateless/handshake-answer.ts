import {
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  LATEST_PROTOCOL_VERSION,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/client';
import { z } from 'zod';
import { isRecord } from '../../domain/json-record.ts';

const UNNAMED = { name: 'unnamed', version: 'unknown' };

/**
 * The answer to `initialize` of any server. Nothing that we do depends on its name and its capabilities, and a server of
 * an unknown version is asked for its tools as one of the latest version is.
 */
const handshakeSchema = z.looseObject({
  protocolVersion: z
    .string()
    .refine((version) => SUPPORTED_PROTOCOL_VERSIONS.includes(version))
    .catch(LATEST_PROTOCOL_VERSION),
  capabilities: z.looseObject({}).transform(withObjectsOnly).catch({}),
  serverInfo: z
    .looseObject({})
    .transform(({ name, version }) => ({
      name: typeof name === 'string' ? name : UNNAMED.name,
      version: typeof version === 'string' ? version : UNNAMED.version,
    }))
    .catch(UNNAMED),
  instructions: z.string().optional().catch(undefined),
});

/** The answer to `initialize` as the SDK takes it: the handshake does not fail for a member that nobody needs. */
export function handshakeAnswer(message: JSONRPCMessage): JSONRPCMessage {
  if (!isJSONRPCResultResponse(message)) return message;
  const { protocolVersion, capabilities, serverInfo, instructions } = handshakeSchema.parse(message.result);
  return { ...message, result: { protocolVersion, capabilities, serverInfo, instructions } };
}

function withObjectsOnly(record: Record<string, unknown>): Record<string, unknown> {
  const { tools } = record;
  return isRecord(tools) ? { tools: {} } : {};
}

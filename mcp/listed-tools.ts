import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import type { CallWatch } from './call-watch.ts';
import { discoverTools } from './discover-tools.ts';
import type { McpConnection } from './open-connection.ts';
import { type McpServer, ToolCallError } from './tool-call.ts';

/** What the server behind a connection lists now, by name: hashes of definitions. */
type Listed = Promise<ReadonlyMap<string, string>>;

export interface ListedTools {
  /** @throws ToolCallError tool.definition_changed, when the server no longer defines the tool as it was pinned */
  expectPinned(connection: McpConnection, call: CallWatch, tool: PinnedTool): Promise<void>;
}

export interface PinnedTool {
  readonly server: McpServer;
  readonly toolName: string;
  readonly pinnedHash: string;
}

/**
 * Holds tools to the definitions that were pinned: a server that is deployed anew is connected to anew, and asked once what
 * it lists; one that changes its list while it is connected says so.
 */
export function createListedTools(): ListedTools {
  const ofConnection = new WeakMap<McpConnection, Listed>();

  function listedBy(connection: McpConnection, call: CallWatch): Listed {
    const known = ofConnection.get(connection);
    if (known !== undefined) return known;
    const { client } = connection;
    const forget = () => void ofConnection.delete(connection);
    client.setNotificationHandler(ToolListChangedNotificationSchema, forget);
    const asked = discoverTools(client, call).then((tools) => new Map(tools.map(({ name, hash }) => [name, hash])));
    ofConnection.set(connection, asked);
    asked.catch(forget);
    return asked;
  }

  return {
    async expectPinned(connection, call, { server, toolName, pinnedHash }) {
      const listed = await listedBy(connection, call).catch((error: unknown) => {
        // It may have been another call that asked, and ran out of time.
        if (call.ended !== undefined || connection.closed) throw error;
        return listedBy(connection, call);
      });
      if (listed.get(toolName) === pinnedHash) return;
      throw new ToolCallError(
        'tool.definition_changed',
        `The tool server "${server.name}" no longer defines it as it was when its tools were discovered; until they are discovered again it is not called.`,
        true,
      );
    },
  };
}

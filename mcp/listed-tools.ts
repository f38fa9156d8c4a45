import type { CallWatch } from './call-watch.ts';
import { discoverTools } from './discover-tools.ts';
import type { McpConnection } from './open-connection.ts';
import { type McpServer, ToolCallError } from './tool-call.ts';

/** The hashes of the definitions that the server behind a connection lists, by name of the tool. */
type Listed = Promise<ReadonlyMap<string, string>>;

export interface ListedTools {
  /** @throws ToolCallError tool.definition_changed if the server no longer defines the tool as it was pinned */
  expectPinned(connection: McpConnection, call: CallWatch, tool: PinnedTool): Promise<void>;
}

export interface PinnedTool {
  readonly server: McpServer;
  readonly toolName: string;
  readonly pinnedHash: string;
}

/**
 * Checks that tools are still defined as they were pinned. A server is asked for its list once for each connection: when it
 * is deployed again, its connection is a new one, and when it changes the list of an open connection, it announces that.
 */
export function createListedTools(): ListedTools {
  const ofConnection = new WeakMap<McpConnection, Listed>();

  function listedBy(connection: McpConnection, call: CallWatch): Listed {
    const known = ofConnection.get(connection);
    if (known !== undefined) return known;
    const { client } = connection;
    const forget = () => void ofConnection.delete(connection);
    client.setNotificationHandler('notifications/tools/list_changed', forget);
    const asked = discoverTools(client, call).then((tools) => new Map(tools.map(({ name, hash }) => [name, hash])));
    ofConnection.set(connection, asked);
    asked.catch(forget);
    return asked;
  }

  return {
    async expectPinned(connection, call, { server, toolName, pinnedHash }) {
      const listed = await listedBy(connection, call).catch((error: unknown) => {
        // Another call may have asked for the list and run out of time. This call then asks by itself.
        if (call.ended !== undefined || connection.closed) throw error;
        return listedBy(connection, call);
      });
      if (listed.get(toolName) === pinnedHash) return;
      throw new ToolCallError(
        'tool.definition_changed',
        `The tool server "${server.name}" has changed the definition of this tool since its tools were discovered. The tool is not called until they are discovered again.`,
        true,
      );
    },
  };
}

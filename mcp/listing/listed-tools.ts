import { createSizedCache } from '../../domain/sized-cache.ts';
import type { CallWatch } from '../calls/call-watch.ts';
import { type McpServer, ToolCallError } from '../calls/tool-call.ts';
import type { McpConnection } from '../connections/open-connection.ts';
import { type ListedTool, listedEntry } from './listed-entry.ts';
import { readToolPages, type ToolPages } from './read-tool-pages.ts';
import { isPinned, type Pin } from './tool-pins.ts';

const KEPT_BYTES = 64 * 1024 * 1024;
/** The objects of a list take some times the bytes of its JSON. */
const OBJECTS_OF_LIST = 4;

/** The tools that the server behind a connection lists, by name. */
interface Listing {
  readonly tools: ReadonlyMap<string, ListedTool>;
  readonly complete: boolean;
  /** Characters of the list as JSON. */
  readonly characters: number;
}
type Listed = Promise<Listing>;

export interface ListedTools {
  /** The tool as it is listed. @throws ToolCallError tool.definition_changed if the server no longer defines the tool as it was pinned */
  expectPinned(connection: McpConnection, call: CallWatch, tool: PinnedTool): Promise<ListedTool>;
}

export interface PinnedTool {
  readonly server: McpServer;
  readonly toolName: string;
  readonly pin: Pin;
}

/** Keeps what a server defines in place of a pinned tool, for an admin to see. */
export type OnDrift = (tool: PinnedTool, found: ListedTool) => Promise<void>;

/**
 * Checks that tools are still defined as they were pinned. A server is asked for its list once for each connection: when it
 * is deployed again, its connection is a new one, and when it changes the list of an open connection, it announces that. Over
 * HTTP nothing is announced to us, so the list is read again from time to time.
 */
export function createListedTools(onDrift: OnDrift, unannouncedListMs: number): ListedTools {
  const ids = new WeakMap<McpConnection, string>();
  let lastId = 0;
  const asking = new WeakMap<McpConnection, Listed>();
  const kept = createSizedCache<Listing>({
    maxBytes: KEPT_BYTES,
    bytesOf: ({ characters }) => OBJECTS_OF_LIST * characters,
  });

  function idOf(connection: McpConnection): string {
    const known = ids.get(connection) ?? `${++lastId}`;
    ids.set(connection, known);
    return known;
  }

  function listedBy(connection: McpConnection, call: CallWatch): Listed {
    const id = idOf(connection);
    const known = kept.get(id);
    if (known !== undefined) return Promise.resolve(known);
    const underWay = asking.get(connection);
    if (underWay !== undefined) return underWay;
    const { client } = connection;
    const forget = () => {
      kept.delete(id);
      asking.delete(connection);
    };
    client.setNotificationHandler('notifications/tools/list_changed', forget);
    const asked = readToolPages(client, call).then((pages) => {
      // The pages that were read before the time was up are not the whole list that other calls may ask for.
      if (call.ended !== undefined) throw new Error('The list of tools could not be read in time.');
      return listingOf(pages);
    });
    asking.set(connection, asked);
    asked.then((listing) => {
      // The server may have said meanwhile that its list has changed.
      if (asking.get(connection) !== asked) return;
      asking.delete(connection);
      kept.set(id, listing);
    }, forget);
    if (!connection.announces) setTimeout(forget, unannouncedListMs).unref();
    return asked;
  }

  return {
    async expectPinned(connection, call, tool) {
      const listed = await listedBy(connection, call).catch((error: unknown) => {
        // Another call may have asked for the list and run out of time. This call then asks by itself.
        if (call.ended !== undefined || connection.closed) throw error;
        return listedBy(connection, call);
      });
      const found = listed.tools.get(tool.toolName);
      if (found !== undefined && isPinned(tool.toolName, found, tool.pin)) return found;
      if (found !== undefined) await onDrift(tool, found);
      throw new ToolCallError('tool.definition_changed', changeOf(tool.server, found, listed.complete), true);
    },
  };
}

/** The first one of several tools with the same name is used, as it was when they were discovered. */
function listingOf({ entries, complete, characters }: ToolPages): Listing {
  const tools = new Map<string, ListedTool>();
  for (const [index, entry] of entries.entries()) {
    const listed = listedEntry(entry, index + 1);
    if (listed.kind === 'tool' && !tools.has(listed.tool.name)) tools.set(listed.tool.name, listed.tool);
  }
  return { tools, complete, characters };
}

function changeOf(server: McpServer, found: ListedTool | undefined, complete: boolean): string {
  const who = `The tool server "${server.name}"`;
  if (found !== undefined) {
    return `${who} has changed the definition of this tool since it was pinned. The tool is not called until an admin has accepted the change.`;
  }
  if (!complete) return `${who} lists more tools than can be read, and this one is not among them. It was not called.`;
  return `${who} no longer lists this tool, or lists it in a form that cannot be used. It was not called.`;
}

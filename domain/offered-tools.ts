/** The most tools that every provider takes in one request; it is OpenAI's limit. */
export const MOST_OFFERED_TOOLS = 128;
/** UTF-8 bytes of the definitions that a model is offered, as JSON: some 64,000 tokens, which every turn pays for. */
export const MOST_OFFERED_BYTES = 256 * 1024;

export interface OfferableTool {
  readonly serverId: string;
  readonly bundled: boolean;
  /** UTF-8 bytes of its definition as JSON. */
  readonly definitionBytes: number;
}

/**
 * The tools that a model is offered, in their order: all of them, or as many as the limits let through. The bundled ones stay
 * then, and the servers share the rest evenly, so that one with thousands of tools does not crowd out the others. A tool that does
 * not fit is passed over, and smaller ones may still follow.
 */
export function offeredTools<Tool extends OfferableTool>(
  tools: readonly Tool[],
  most = MOST_OFFERED_TOOLS,
  mostBytes = MOST_OFFERED_BYTES,
): readonly Tool[] {
  let bytesLeft = mostBytes - tools.reduce((sum, { definitionBytes }) => sum + definitionBytes, 0);
  if (tools.length <= most && bytesLeft >= 0) return tools;
  bytesLeft = mostBytes;
  const chosen = new Set<Tool>();
  const byServer = new Map<string, Tool[]>();
  for (const tool of tools) {
    const ofServer = byServer.get(tool.serverId);
    if (tool.bundled) {
      chosen.add(tool);
      bytesLeft -= tool.definitionBytes;
    } else if (ofServer === undefined) byServer.set(tool.serverId, [tool]);
    else ofServer.push(tool);
  }
  const longest = Math.max(0, ...[...byServer.values()].map(({ length }) => length));
  for (let place = 0; place < longest && chosen.size < most; place++) {
    for (const ofServer of byServer.values()) {
      const tool = ofServer[place];
      if (tool === undefined || chosen.size === most || tool.definitionBytes > bytesLeft) continue;
      chosen.add(tool);
      bytesLeft -= tool.definitionBytes;
    }
  }
  return tools.filter((tool) => chosen.has(tool));
}

/** The most tools that every provider takes in one request; it is OpenAI's limit. */
export const MOST_OFFERED_TOOLS = 128;

/**
 * The tools that a model is offered, in their order: all of them, or `most` where there are more. The bundled ones stay then,
 * and the servers share the rest evenly, so that one with thousands of tools does not crowd out the others.
 */
export function offeredTools<Tool extends { readonly serverId: string; readonly bundled: boolean }>(
  tools: readonly Tool[],
  most = MOST_OFFERED_TOOLS,
): readonly Tool[] {
  if (tools.length <= most) return tools;
  const chosen = new Set<Tool>();
  const byServer = new Map<string, Tool[]>();
  for (const tool of tools) {
    const ofServer = byServer.get(tool.serverId);
    if (tool.bundled) chosen.add(tool);
    else if (ofServer === undefined) byServer.set(tool.serverId, [tool]);
    else ofServer.push(tool);
  }
  for (let place = 0; chosen.size < most; place++) {
    for (const ofServer of byServer.values()) {
      const tool = ofServer[place];
      if (tool !== undefined && chosen.size < most) chosen.add(tool);
    }
  }
  return tools.filter((tool) => chosen.has(tool));
}

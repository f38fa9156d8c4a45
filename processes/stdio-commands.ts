/** The commands that the operator lets the service start as MCP servers: any, or those that begin with the words of an entry. */
export type StdioCommands = 'any' | readonly (readonly string[])[];

/**
 * The entries of AGENT_RUNS_STDIO_COMMANDS, one a line or separated by semicolons. An entry is a command and the arguments
 * that it must begin with, separated by spaces: with `npx -y @modelcontextprotocol/server-memory` that package may be started
 * with any arguments behind it, and with `npx` any package. `*` stands for every command, and `none` for no command.
 * @throws Error that says what is wrong
 */
export function parseStdioCommands(text: string | undefined): StdioCommands {
  if (text?.trim() === 'none') return [];
  const entries = (text ?? '')
    .split(/[;\n]/)
    .map((entry) => entry.trim().split(/\s+/))
    .filter(([command]) => command !== '');
  if (entries.some(([command]) => command === '*')) {
    if (entries.length === 1 && entries[0]?.length === 1) return 'any';
    throw new Error('holds * beside other words: * alone allows every command');
  }
  const quoted = entries.flat().find((word) => /["']/.test(word));
  if (quoted !== undefined) {
    throw new Error(`holds a quotation mark (${quoted}): words are separated by spaces, entries by semicolons`);
  }
  return entries;
}

/** True if the operator lets the service start this command with these arguments. */
export function isStdioCommand(
  allowed: StdioCommands,
  { command, args }: { readonly command: string; readonly args: readonly string[] },
): boolean {
  if (allowed === 'any') return true;
  const given = [command, ...args];
  return allowed.some((words) => words.every((word, index) => word === given[index]));
}

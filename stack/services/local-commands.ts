import { realpathSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { isExecutable } from '../is-executable.ts';

/** The commands with which MCP servers are published to be started. */
const LAUNCHERS = ['npx', 'uvx', 'node', 'python3', 'python'];

/**
 * The value of AGENT_RUNS_STDIO_COMMANDS where Postgres and Temporal are embedded and the operator says nothing: whoever
 * starts such a stack is the only one who may register a server there, and can run these commands anyway. They may be named
 * by name or by their path.
 * @param searchPath the PATH of the environment
 */
export function localStdioCommands(searchPath: string): string {
  const folders = searchPath.split(delimiter).filter(isAbsolute);
  const paths = LAUNCHERS.flatMap((name) => folders.map((folder) => join(folder, name))).filter(isExecutable);
  const real = paths.map((path) => realpathSync(path));
  const all = [...LAUNCHERS, process.execPath, ...paths, ...real];
  // The setting separates words by spaces, so a path with a space in it can't be an entry.
  return [...new Set(all)].filter((command) => !/[\s;"']/.test(command)).join(';');
}

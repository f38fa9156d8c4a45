import { fileURLToPath } from 'node:url';

/** The repository, wherever the command was typed. */
export const PROJECT_DIR = fileURLToPath(new URL('..', import.meta.url));

/**
 * Of the processes that serve. What a turn allocates is garbage when the turn is over; with 16 MB for young objects, the
 * default, much of it is copied before: 64 MB take 1 ms of CPU off a turn.
 */
export const SERVICE_FLAGS = ['--max-semi-space-size=64'] as const;

/** The command that runs one of our TypeScript entry points; its working directory must be PROJECT_DIR, where `tsx` is found. */
export function nodeCommand(entry: string): readonly string[] {
  return [process.execPath, '--import', 'tsx', entry];
}

/** What a server that needs none of our settings gets to see of the environment: no secrets. */
export function bareEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG'].map((name) => [name, env[name]]));
}

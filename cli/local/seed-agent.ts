import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type BrainstormRouter, ConflictError } from '../../sdk/typescript/src/index.ts';
import { AGENT_ID, BOOTSTRAP } from './session-request.ts';

const NOTES_DIR = fileURLToPath(new URL('./notes/', import.meta.url));

/** Creates the agent unless it exists, and puts the notes into its workspace. Resolves with their number. */
export async function seedAgent(client: BrainstormRouter): Promise<number> {
  await client.agent.bootstrap(BOOTSTRAP).catch((error: unknown) => {
    // Somebody has given the agent other values since. They stay.
    if (!(error instanceof ConflictError)) throw error;
  });
  const names = readdirSync(NOTES_DIR).filter((name) => name.endsWith('.md'));
  for (const name of names) {
    const content = readFileSync(`${NOTES_DIR}${name}`, 'utf8');
    await client.context.put(AGENT_ID, 'workspace', name, { content });
  }
  return names.length;
}

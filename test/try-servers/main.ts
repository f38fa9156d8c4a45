/**
 * `npm run try:servers`: servers of the registries, as they are published, each used in a session on a stack of its own. It
 * installs them into the cache folder, prints what was seen, and exits with 1 if one of them could not be used.
 */
import path from 'node:path';
import { checkInvariants } from '../support/invariants.ts';
import { startTestStack } from '../support/stack.ts';
import { useServer } from '../support/used-server.ts';
import { installServers } from './install-servers.ts';
import { startPage } from './page.ts';
import { registryServers } from './registry-servers.ts';

const log = (line: string) => process.stderr.write(`try:servers: ${line}\n`);
const cleanUps: (() => Promise<void>)[] = [];

try {
  const installed = await installServers(process.env, log);
  const page = await startPage('The tide is high.');
  cleanUps.push(page.close);
  log('starting a stack');
  const stack = await startTestStack();
  cleanUps.push(stack.stop);
  const agentId = await stack.newAgent();
  const places = { installed, folder: stack.home, pageUrl: page.url, databaseUrl: stack.addresses.databaseUrl };
  for (const { from, ...server } of await registryServers(places)) {
    try {
      const { tools, withheld, results } = await useServer(stack, agentId, server);
      const repaired = tools.filter(({ repairs }) => repairs.length > 0).length;
      const seen = [
        `${tools.length} tools`,
        `${withheld.length} withheld`,
        `${repaired} repaired`,
        `${results.length} calls`,
      ];
      process.stdout.write(`${server.name} (${from}): ${seen.join(', ')}\n`);
    } catch (error) {
      process.stdout.write(`${server.name} (${from}): FAILED: ${error instanceof Error ? error.message : error}\n`);
      process.exitCode = 1;
    }
  }
  log(`checking the invariants of ${path.basename(stack.home)}`);
  await checkInvariants(stack);
} catch (error) {
  log(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
}

/**
 * `npm run try:model`: sessions with a real model behind a real server, on a stack of its own. It prints what was seen, and
 * exits with 1 if the service broke a promise. What the model says is its own affair.
 */
import path from 'node:path';
import { checkInvariants } from '../support/invariants.ts';
import { startTestStack } from '../support/stack.ts';
import { casesOn } from './cases.ts';
import { modelPackage } from './model-package.ts';
import { startModelServer } from './model-server.ts';
import { rowOf, shownTable, type TableRow } from './table.ts';

const log = (line: string) => process.stderr.write(`try:model: ${line}\n`);
const cleanUps: (() => Promise<void>)[] = [];
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void leave(130));

try {
  const installed = await modelPackage(process.env, log);
  log('starting a stack');
  const stack = await startTestStack();
  cleanUps.push(stack.stop);
  log('starting the server of the model');
  const server = await startModelServer(installed, path.join(stack.home, 'model-server.log'));
  cleanUps.push(server.stop);
  const rows: TableRow[] = [];
  for (const { name, run } of await casesOn(stack, server.baseUrl)) {
    log(`${name} …`);
    const startedMs = performance.now();
    const outcome = await run().catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
    const row = rowOf(name, outcome, performance.now() - startedMs);
    rows.push(row);
    log(row.cells.filter((cell) => cell !== '').join(', '));
    if (row.failed) process.exitCode = 1;
  }
  log('checking the invariants');
  await checkInvariants(stack).catch((error: unknown) => {
    log(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
  process.stdout.write(`${shownTable(rows)}\n`);
} catch (error) {
  log(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
await leave(process.exitCode);

async function leave(code: typeof process.exitCode): Promise<never> {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  process.exit(code);
}

import { BrainstormRouter, BrainstormRouterError } from '../../sdk/typescript/src/index.ts';
import { StackError } from '../../stack/error.ts';
import { readStackOptions } from '../../stack/options.ts';
import { startStack } from '../../stack/start.ts';
import { runUntilSignalled, type Stoppable } from '../../stack/supervise/run-until-signalled.ts';
import type { Call } from '../call.ts';
import type { DemoFlags } from '../commands/demo.ts';
import { loggerFor } from '../connection/connect.ts';
import { failureOf } from '../failure.ts';
import { createEventPrinter, createFramePrinter } from '../follow/event-printer.ts';
import { curlCommands } from './curl-commands.ts';
import { liveStack } from './live-stack.ts';
import { seedAgent } from './seed-agent.ts';
import { AGENT_ID, SESSION, type Service } from './session-request.ts';

/** Shows a session on a stack of its own, or on the one that runs. It ends the process. */
export async function demo(call: Call, { once = false, raw = false }: DemoFlags): Promise<void> {
  await runUntilSignalled(async (signal, log) => {
    const { service, started } = await attach(call, signal, log);
    try {
      await show(call, service, raw, signal, log);
      // A stack that stops now takes no more commands. The raw stream is left pure.
      const commands = `\n${curlCommands(service)}\n\n`;
      const takesThem = !once || started === undefined;
      if (takesThem && raw) call.io.stderr.write(commands);
      else if (takesThem) await call.output.raw(commands);
    } catch (error) {
      await started?.stop();
      throw error instanceof BrainstormRouterError ? new StackError(failureOf(error).message ?? '', error) : error;
    }
    if (once) {
      await started?.stop();
      return undefined;
    }
    if (started !== undefined) log('serving until Ctrl-C');
    return started;
  });
}

/** Uses the stack that serves already, or starts one. Only a stack that it has started is `started`, and may be stopped. */
async function attach(
  { io }: Call,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<{ service: Service; started?: Stoppable }> {
  const options = readStackOptions(io.env);
  const live = await liveStack({ dir: options.home, log, signal });
  if (live !== undefined) {
    log(`using the stack that process ${live.supervisor} serves at ${live.baseUrl}`);
    return { service: live };
  }
  const started = await startStack({ ...options, log }, signal);
  const { baseUrl, apiKey } = started;
  if (baseUrl === undefined || apiKey === undefined) {
    await started.stop();
    throw new StackError('The demo needs the API; leave AGENT_RUNS_ROLE unset.');
  }
  log(`ready at ${baseUrl}`);
  return { service: { baseUrl, apiKey }, started };
}

async function show(
  { io, output, paint }: Call,
  { baseUrl, apiKey }: Service,
  raw: boolean,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<void> {
  const client = new BrainstormRouter({ baseUrl, apiKey, logLevel: 'info', logger: loggerFor(log) });
  const notes = await seedAgent(client);
  log(`${AGENT_ID} is there, with ${notes} notes in its workspace`);
  io.stderr.write(`\n${paint('bold', `“${SESSION.message}”`)}\n\n`);
  const run = client.agentRuns.run(AGENT_ID, SESSION, { signal, onAbort: 'detach' });
  const printer = raw ? createFramePrinter(output) : createEventPrinter(output, false);
  for await (const event of run) await printer.print(await run.started(), event);
  await printer.end();
}

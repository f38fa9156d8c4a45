import { parseArgs } from 'node:util';
import { curlCommands } from './demo/curl-commands.ts';
import { createEventDescriber, createPaint } from './demo/describe-event.ts';
import { liveStack } from './demo/live-stack.ts';
import { runSession } from './demo/run-session.ts';
import { type Service, seedAgent } from './demo/seed-agent.ts';
import { AGENT_ID, SESSION } from './demo/session-request.ts';
import { StackError } from './error.ts';
import { readStackOptions } from './options.ts';
import { startStack } from './start.ts';
import { runUntilSignalled, type Stoppable } from './supervise/run-until-signalled.ts';

const USAGE = `Usage: npm run demo -- [--once] [--raw]

Starts the stack (or uses the one that runs), makes the agent ${AGENT_ID} with a few notes in its workspace, runs a session and
shows its events as they arrive. Then it serves until Ctrl-C.

  --once   stop after the session
  --raw    print the event stream as the service sends it
  --help   this text

It takes the settings of "npm start -- --help" from the environment.
`;

await runUntilSignalled(async (signal, log) => {
  const { values } = parseArgs({
    options: { help: { type: 'boolean', short: 'h' }, once: { type: 'boolean' }, raw: { type: 'boolean' } },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return undefined;
  }
  const { service, started } = await attach(signal, log);
  try {
    const notes = await seedAgent(service);
    log(`${AGENT_ID} is there, with ${notes} notes in its workspace`);
    await show(service, values.raw ?? false, signal, log);
    // A stack that stops now takes no more commands. The raw stream is left pure.
    if (!values.once || started === undefined) {
      (values.raw ? process.stderr : process.stdout).write(`\n${curlCommands(service)}\n\n`);
    }
  } catch (error) {
    await started?.stop();
    throw error;
  }
  if (values.once) {
    await started?.stop();
    return undefined;
  }
  if (started !== undefined) log('serving until Ctrl-C');
  return started;
});

/** Uses the stack that serves already, or starts one. Only a stack that it has started is `started`, and may be stopped. */
async function attach(
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<{ service: Service; started?: Stoppable }> {
  const options = readStackOptions(process.env);
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

async function show(service: Service, raw: boolean, signal: AbortSignal, log: (line: string) => void): Promise<void> {
  const paint = createPaint(process.stdout.isTTY === true && !process.env.NO_COLOR);
  const describeEvent = createEventDescriber(paint);
  let paused = false;
  process.stderr.write(`\n${paint('bold', `“${SESSION.message}”`)}\n\n`);
  await runSession({
    service,
    agentId: AGENT_ID,
    body: SESSION,
    signal,
    onFrame: ({ raw: text, message }) => {
      paused = false;
      if (raw) process.stdout.write(text);
      else if (message !== undefined) process.stdout.write(`${describeEvent(message.event ?? '', message.data)}\n`);
    },
    onPause: (lastEventId) => {
      if (!paused)
        log(`the connection broke${lastEventId === undefined ? '' : ` after event ${lastEventId}`}; resuming`);
      paused = true;
    },
  });
}

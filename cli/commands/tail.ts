import type { Command } from 'commander';
import type { RunEvent } from '../../sdk/typescript/src/index.ts';
import type { Call, Does } from '../call.ts';
import { usageError } from '../cli-error.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { createEventPrinter, type EventPrinter } from '../follow/event-printer.ts';
import { followSession } from '../follow/follow-session.ts';
import { countOption, givenOf } from './option-values.ts';

interface TailFlags {
  readonly after?: string;
  readonly last?: number;
  readonly follow: boolean;
  readonly steer?: boolean;
}

export function addTail(sessions: Command, does: Does): void {
  sessions
    .command('tail')
    .description('show the events of sessions as they happen, until all have ended')
    .argument('<session...>')
    .option('--after <id>', 'only events after this one')
    .option('--last <n>', 'of the events that are there, only the last ones', countOption)
    .option('--no-follow', 'stop when the events that are there are shown')
    .option('--steer', 'send lines of standard input to the session, as "run --watch" does')
    .action(
      does(async (call, ids: string[], flags: TailFlags) => {
        if (flags.steer && ids.length > 1) throw usageError('--steer is for one session.');
        if (flags.after !== undefined && flags.last !== undefined)
          throw usageError('Give --after or --last, not both.');
        const printer = createEventPrinter(call.output, ids.length > 1);
        const codes = flags.follow
          ? await followAll(call, ids, flags, printer)
          : await listAll(call, ids, flags, printer);
        await printer.end();
        // The worst of them.
        return codes.find((code) => code !== EXIT.done);
      }),
    );
}

async function followAll(call: Call, ids: string[], flags: TailFlags, printer: EventPrinter): Promise<ExitCode[]> {
  const runs = await Promise.all(
    ids.map(async (id) => ({ run: call.client().agentRuns.attach(id, { after: await startOf(call, id, flags) }) })),
  );
  try {
    const { print: show } = printer;
    const steer = flags.steer === true;
    return await Promise.all(runs.map(({ run }) => followSession({ call, run, show, steer, stays: true })));
  } finally {
    // When one of them fails, the others are left as well.
    for (const { run } of runs) void run.detach();
  }
}

/** The events that are there, session by session. */
async function listAll(call: Call, ids: string[], flags: TailFlags, printer: EventPrinter): Promise<ExitCode[]> {
  for (const id of ids) {
    const after = await startOf(call, id, flags);
    for await (const { seq, type, data } of call.client().sessions.listEvents(id, givenOf({ after }))) {
      // The type says what the data is, in the list as in a frame.
      await printer.print(id, { id: String(seq), type, data } as RunEvent);
    }
  }
  return [];
}

async function startOf(call: Call, id: string, { after, last }: TailFlags): Promise<string | undefined> {
  if (last === undefined) return after;
  const { last_seq } = await call.client().sessions.get(id);
  return String(Math.max(0, last_seq - last));
}

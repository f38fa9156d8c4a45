import type { Command } from 'commander';
import type { Does } from '../call.ts';
import { EXIT } from '../exit-code.ts';
import { leaveInterrupts } from './dev.ts';

export interface DemoFlags {
  readonly once?: boolean;
  readonly raw?: boolean;
}

export function addDemo(program: Command, does: Does): void {
  program
    .command('demo')
    .description('start the stack, or use the one that runs, show a session, and serve until Ctrl-C')
    .option('--once', 'stop after the session')
    .option('--raw', 'print the frames of the event stream')
    .action(
      does(async (call, flags: DemoFlags) => {
        leaveInterrupts(call.io);
        const { demo } = await import('../local/demo.ts');
        await demo(call, flags);
        return EXIT.done;
      }),
    );
}

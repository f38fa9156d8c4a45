import type { Command } from 'commander';
import type { Does } from '../call.ts';
import type { CliIo } from '../cli-io.ts';
import { EXIT } from '../exit-code.ts';

export function addDev(program: Command, does: Does): void {
  program
    .command('dev')
    .description('start the stack and serve until Ctrl-C, as "npm start" does')
    // The settings are those of code that takes a second to load, so the help of this command is made by the command.
    .helpOption(false)
    .option('-h, --help', 'show the settings')
    .action(
      does(async ({ io, output }, { help }: { help?: boolean }) => {
        const { serve, USAGE } = await import('../local/dev.ts');
        if (help) {
          await output.raw(USAGE);
          return EXIT.done;
        }
        leaveInterrupts(io);
        await serve(io);
        return EXIT.done;
      }),
    );
}

/** Leaves every interrupt to the stack, which drains before it ends. */
export function leaveInterrupts(io: CliIo): void {
  io.onInterrupt(() => leaveInterrupts(io));
}

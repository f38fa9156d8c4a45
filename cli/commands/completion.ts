import completions from '@bomb.sh/tab/commander';
import type { Command } from 'commander';

/** Adds `completion <shell>`, which prints a script, and what that script asks. It is added last: it reads the other commands. */
export function addCompletion(program: Command): void {
  completions(program, { completionCommandName: 'completion' });
}

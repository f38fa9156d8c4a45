/** What the exit code of a command means. docs/cli.md has the same table. */
export const EXIT = {
  done: 0,
  error: 1,
  usage: 2,
  cancelled: 3,
  auth: 4,
  endedBadly: 5,
  waitsForPerson: 6,
  budget: 7,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** @param reason why a session ended */
export function exitCodeOfEnd(reason: string): ExitCode {
  switch (reason) {
    case 'completed':
      return EXIT.done;
    case 'interrupted':
    case 'terminated':
      return EXIT.cancelled;
    case 'budget_exhausted':
      return EXIT.budget;
    default:
      return EXIT.endedBadly;
  }
}

/** @param cause what an idle session waits for */
export function exitCodeOfIdle(cause: string): ExitCode {
  switch (cause) {
    case 'awaiting_input':
      return EXIT.done;
    case 'budget':
      return EXIT.budget;
    default:
      return EXIT.waitsForPerson;
  }
}

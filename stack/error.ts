import { codeOf } from '../processes/error-cause.ts';
import { SettingError } from '../processes/setting-error.ts';

/** The reason why the stack cannot start or go on, in one sentence for the person at the terminal. */
export class StackError extends Error {
  constructor(sentence: string, cause?: unknown) {
    super(sentence, { cause });
    this.name = 'StackError';
  }
}

/** Explains any failure to start the stack in one sentence. @param home the data folder of the stack */
export function sentenceOf(error: unknown, home: string): string {
  if (error instanceof StackError || error instanceof SettingError) return error.message;
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return `The disk that holds ${home} is full; free some space, or set AGENT_RUNS_HOME to a folder on another disk.`;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `The data folder ${home} cannot be written by this user; set AGENT_RUNS_HOME to one that can.`;
    case 'ENOTDIR':
    case 'EEXIST':
      return `The data folder ${home} cannot be made, because a file is in its way; set AGENT_RUNS_HOME to another one.`;
    case 'ENAMETOOLONG':
    case 'ELOOP':
      return `The data folder ${home} has a path that this system does not take; set AGENT_RUNS_HOME to another one.`;
    default:
      return `The stack could not start: ${error instanceof Error ? error.message : String(error)}`;
  }
}

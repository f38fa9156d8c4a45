import { portInUse } from '../../processes/listen-problem.ts';
import type { ProcessName } from './child-spec.ts';

export interface ChildFailure {
  readonly name: ProcessName;
  /** How it ended, in words such as "ended with code 1". */
  readonly how: string;
  readonly logTail: string;
  readonly logFile: string;
  readonly port?: number | undefined;
}

export const LABELS: Readonly<Record<ProcessName, string>> = {
  api: 'The API',
  worker: 'The worker',
  simulated: 'The simulated provider',
  temporal: 'Temporal',
  postgres: 'Postgres',
};

const DISK_FULL = /ENOSPC|no space left on device|check free disk space|database or disk is full|disk quota exceeded/i;
const PORT_TAKEN = /EADDRINUSE|already in use|could not bind/i;

/** Explains in one sentence why a child ended before it served, from the last lines of its log. */
export function explainFailure(failure: ChildFailure): string {
  const { name, how, logTail, logFile, port } = failure;
  if (DISK_FULL.test(logTail))
    return `${LABELS[name]} stopped because the disk is full; free some space (its log: ${logFile}).`;
  if (PORT_TAKEN.test(logTail)) {
    // PORT is the port of the API; those of the other processes are chosen by the stack.
    return name === 'api' && port !== undefined
      ? portInUse(port)
      : `${LABELS[name]} found its port${port === undefined ? '' : ` ${port}`} already in use (its log: ${logFile}).`;
  }
  const said = lastWords(logTail);
  return `${LABELS[name]} ${how}${said === '' ? '' : `, saying "${said}"`} (its log: ${logFile}).`;
}

function lastWords(logTail: string): string {
  const lines = logTail
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const telling = lines.findLast((line) => /fatal|error/i.test(line) && !line.startsWith('at ')) ?? lines.at(-1) ?? '';
  return messageOf(telling).slice(0, 300);
}

/** The message of a JSON log line. The error in it says more than the line's own message. Any other line is taken as it is. */
function messageOf(line: string): string {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) return line;
    if ('err' in value && typeof value.err === 'object' && value.err !== null && 'message' in value.err) {
      return String(value.err.message);
    }
    if ('msg' in value) return String(value.msg);
  } catch {
    // The line is plain text.
  }
  return line;
}

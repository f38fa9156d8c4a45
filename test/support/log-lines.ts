import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type LogLine, levelOf, messageOf, type Report } from '../../processes/log-line.ts';

/** A line as a process wrote it, parsed. */
export interface WrittenLine {
  readonly level: string;
  readonly time: string;
  readonly name: string;
  readonly msg: string;
  readonly event?: LogLine['event'];
  readonly session_id?: string;
  readonly request_id?: string;
  readonly [field: string]: unknown;
}

/** What pino adds to every line. */
const OF_EVERY_LINE = ['level', 'time', 'pid', 'hostname', 'name', 'msg'];

/**
 * Reads what the APIs and workers of a stack wrote to standard output and standard error.
 * @throws Error if a line is no JSON, or lacks a time in ISO form or a level as a word
 */
export function writtenLines(home: string): WrittenLine[] {
  const dir = path.join(home, 'logs');
  const files = readdirSync(dir).filter((name) => /^(api|worker)/.test(name));
  return files.flatMap((name) => {
    const [...lines] = readFileSync(path.join(dir, name), 'utf8').split('\n');
    // A process may be in the middle of its last line.
    lines.pop();
    return lines.map((line) => parsed(name, line));
  });
}

/** Writes lines as a process does, for a worker that runs within a test. */
export function reportInto(home: string, name: string): Report {
  const file = path.join(home, 'logs', `${name}.log`);
  return (line) => {
    const written = { level: levelOf(line), time: new Date().toISOString(), name, msg: messageOf[line.event], ...line };
    appendFileSync(file, `${JSON.stringify(written)}\n`);
  };
}

/** The fields of a line that belong to its event. The run in Temporal is another one at each start, and is left out. */
export function fieldsOf(line: WrittenLine): Record<string, unknown> {
  const leftOut = [...OF_EVERY_LINE, 'temporal_run_id'];
  return Object.fromEntries(Object.entries(line).filter(([field]) => !leftOut.includes(field)));
}

function parsed(file: string, text: string): WrittenLine {
  try {
    const line = JSON.parse(text) as WrittenLine;
    if (new Date(line.time).toISOString() !== line.time) throw new Error('The time is not in ISO form.');
    if (!/^(debug|info|warn|error|fatal)$/.test(line.level)) throw new Error('The level is no word.');
    return line;
  } catch (error) {
    throw new Error(`${file} has a line that is not as it should be: ${text.slice(0, 500)}`, { cause: error });
  }
}

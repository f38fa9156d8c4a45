import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Command } from 'commander';
import type { Call, Does } from '../call.ts';
import { CliError, usageError } from '../cli-error.ts';
import { EXIT } from '../exit-code.ts';
import { plainText } from '../output/plain-text.ts';

/** The last line of a file is shorter. */
const LONGEST_END = 64 * 1024;
/** A transfer that takes longer says how far it is. */
const QUIET_MS = 2_000;

/** Adds what takes sessions from one installation to another. */
export function addFiles(sessions: Command, does: Does): void {
  sessions
    .command('export')
    .description('write an ended session into a file that another installation can import')
    .argument('<session>')
    .option('--file <path>', 'the file; without it, standard output')
    .action(
      does(async (call, session: string, { file }: { file?: string }) => {
        if (file === undefined && call.io.stdout.isTTY === true) {
          throw usageError('Standard output is a terminal. Name a file with --file, or redirect standard output.');
        }
        const response = await call.client().sessions.export(session);
        if (file === undefined) await copied(call, response, call.io.stdout);
        else await saved(call, response, file);
        return undefined;
      }),
    );
}

/** Writes beside the file, and gives it its name when it is whole. */
async function saved(call: Call, response: Response, file: string): Promise<void> {
  const partial = `${file}.partial`;
  const stream = createWriteStream(partial, { mode: 0o600 });
  try {
    await once(stream, 'open');
    const bytes = await copied(call, response, stream);
    stream.end();
    await finished(stream);
    await rename(partial, file);
    call.say(`${file} has ${megabytes(bytes)}`);
  } catch (error) {
    stream.destroy();
    await rm(partial, { force: true });
    throw error;
  }
}

/** @throws CliError when what came is not whole */
async function copied(call: Call, response: Response, to: Writable): Promise<number> {
  const progress = createProgress(call, 'exported');
  let bytes = 0;
  let tail = Buffer.alloc(0);
  for await (const chunk of response.body ?? []) {
    await written(to, chunk);
    bytes += chunk.byteLength;
    tail = Buffer.concat([tail, chunk]);
    if (tail.length > LONGEST_END) tail = tail.subarray(tail.length - LONGEST_END);
    progress(bytes);
  }
  refuseCutOff(tail.toString());
  return bytes;
}

function refuseCutOff(tail: string): void {
  const line = tail.trimEnd().split('\n').at(-1) ?? '';
  let end: { readonly kind?: unknown; readonly message?: unknown } = {};
  try {
    end = JSON.parse(line);
  } catch {
    // It is no line of JSON, so it is no end.
  }
  if (end.kind === 'end') return;
  const why = end.kind === 'failed' ? plainText(String(end.message)) : 'The file was cut off. Export it again.';
  throw new CliError(why, EXIT.error);
}

/** Waits until the reader has taken it, so that nothing piles up in memory. */
function written(stream: Writable, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}

function createProgress(call: Call, verb: string): (bytes: number) => void {
  let toldAt = performance.now();
  return (bytes) => {
    const now = performance.now();
    if (now - toldAt < QUIET_MS) return;
    toldAt = now;
    call.say(`${megabytes(bytes)} ${verb}`);
  };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

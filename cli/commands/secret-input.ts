import { password } from '@clack/prompts';
import { answered, type Call } from '../call.ts';
import { usageError } from '../cli-error.ts';
import { readAll } from './read-input.ts';

/**
 * A secret: typed at the terminal without being shown, else read from standard input. It is no argument, because every user of
 * the machine can read those.
 */
export async function secretInput({ io, isInteractive }: Call, what: string): Promise<string> {
  if (isInteractive) {
    return answered(await password({ message: what, input: io.stdin, output: io.stderr })).trim();
  }
  const secret = io.stdin.isTTY === true ? '' : (await readAll(io.stdin)).trim();
  if (secret === '') throw usageError(`${what} is read from standard input, which is empty.`);
  return secret;
}

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { oldSealingKeysSchema } from '../../processes/environment.ts';
import { codeOf } from '../../processes/error-cause.ts';
import { StackError } from '../error.ts';
import { replaceFile } from '../replace-file.ts';

/** The 256-bit secret at `path`, as 64 hexadecimal characters. The first call makes it, readable by its owner only. */
export function secretAt(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    // Only if the file is absent a secret may be made. Otherwise everything that the old one sealed would be lost.
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  const secret = randomBytes(32).toString('hex');
  replaceFile(path, `${secret}\n`, 0o600, true);
  return secret;
}

/** The secrets in the file at `path`, one a line. None where there is no such file. @throws StackError for any other content */
export function oldSecretsAt(path: string): string[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
  const { data: secrets } = oldSealingKeysSchema.safeParse(text);
  if (secrets !== undefined) return secrets;
  throw new StackError(`${path} must hold older sealing keys of 64 hexadecimal characters, one a line.`);
}

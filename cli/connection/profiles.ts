import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { codeOf } from '../../processes/error-cause.ts';
import { replaceFile } from '../../stack/replace-file.ts';
import { CliError } from '../cli-error.ts';
import type { CliIo } from '../cli-io.ts';

const profileSchema = z.strictObject({ base_url: z.url(), api_key: z.string().min(1) });
const profilesSchema = z.strictObject({
  /** The profile that is used where none is named. */
  current: z.string().optional(),
  profiles: z.record(z.string(), profileSchema).default({}),
});

export type Profile = z.infer<typeof profileSchema>;
export type Profiles = z.infer<typeof profilesSchema>;

/** The file that keeps addresses and keys under names. */
export function profilesPath({ env }: Pick<CliIo, 'env'>): string {
  const config = env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config');
  return join(config, 'agent-runs', 'profiles.json');
}

/** @throws CliError when the file is there and is none of ours */
export function readProfiles(path: string): Profiles {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { profiles: {} };
    throw new CliError(`The profiles in ${path} cannot be read (${codeOf(error) ?? 'unknown'}).`);
  }
  const { data, error } = profilesSchema.safeParse(parsed(text));
  if (data !== undefined) return data;
  const issue = error.issues[0];
  throw new CliError(`${path} holds no profiles: ${issue?.path.join('.') || 'the file'}: ${issue?.message}.`);
}

/** Writes the file, which only its owner may read. It is replaced by rename, so that no reader finds half of it. */
export function writeProfiles(path: string, profiles: Profiles): void {
  const dir = dirname(path);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  chmodSync(dir, 0o700);
  replaceFile(path, `${JSON.stringify(profiles, undefined, 2)}\n`, 0o600);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

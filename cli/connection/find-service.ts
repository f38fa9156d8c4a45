import { readCredentials } from '../../stack/home/credentials.ts';
import { homeDirOf } from '../../stack/home/default-home.ts';
import { lockHolder } from '../../stack/home/file-lock.ts';
import { homeAt } from '../../stack/home/paths.ts';
import { CliError, usageError } from '../cli-error.ts';
import type { CliIo } from '../cli-io.ts';
import { EXIT } from '../exit-code.ts';
import { profilesPath, readProfiles } from './profiles.ts';

export interface FoundService {
  readonly baseUrl: string;
  readonly apiKey: string;
  /** Where address and key come from, for a person. */
  readonly from: string;
}

/**
 * The service that a command speaks to: the profile that is named, or is the current one; else that of the environment; else the
 * stack that runs here.
 * @param named the profile that `--profile` names
 * @throws CliError when there is none
 */
export function findService(io: Pick<CliIo, 'env'>, named: string | undefined): FoundService {
  return ofProfile(io, named ?? nonEmpty(io.env.AGENT_RUNS_PROFILE)) ?? ofEnvironment(io) ?? ofStack(io);
}

function ofProfile(io: Pick<CliIo, 'env'>, named: string | undefined): FoundService | undefined {
  const path = profilesPath(io);
  const { current, profiles } = readProfiles(path);
  const name = named ?? current;
  if (name === undefined) return undefined;
  const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (profile === undefined) {
    const known = Object.keys(profiles).join(', ') || 'none';
    throw usageError(`There is no profile "${name}" in ${path}. It has: ${known}.`);
  }
  return { baseUrl: profile.base_url, apiKey: profile.api_key, from: `profile ${name}` };
}

function ofEnvironment({ env }: Pick<CliIo, 'env'>): FoundService | undefined {
  const baseUrl = nonEmpty(env.AGENT_RUNS_URL);
  const apiKey = nonEmpty(env.AGENT_RUNS_API_KEY);
  if (baseUrl === undefined && apiKey === undefined) return undefined;
  if (baseUrl === undefined) throw usageError('AGENT_RUNS_API_KEY is set, and AGENT_RUNS_URL is not; set both.');
  if (apiKey === undefined) throw usageError('AGENT_RUNS_URL is set, and AGENT_RUNS_API_KEY is not; set both.');
  return { baseUrl, apiKey, from: 'AGENT_RUNS_URL' };
}

function ofStack({ env }: Pick<CliIo, 'env'>): FoundService {
  const home = homeAt(homeDirOf(env.AGENT_RUNS_HOME));
  const { baseUrl, apiKey, apiPid } = readCredentials(home.credentials);
  const runs = lockHolder(home.lock) !== undefined;
  if (runs && apiPid !== undefined && baseUrl !== undefined && apiKey !== undefined) {
    return { baseUrl, apiKey, from: `the stack on ${home.dir}` };
  }
  throw new CliError(
    `There is no service to speak to. ${runs ? `The stack on ${home.dir} is still starting.` : `No stack runs on ${home.dir}; "agent-runs dev" starts one.`} Or make a profile with "agent-runs profiles add", or set AGENT_RUNS_URL and AGENT_RUNS_API_KEY.`,
    EXIT.error,
  );
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

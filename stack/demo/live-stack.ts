import { readCredentials } from '../credentials.ts';
import { lockHolder } from '../file-lock.ts';
import { homeAt } from '../home.ts';
import type { Service } from './seed-agent.ts';

/** The stack that already serves on this data folder, if there is one. */
export function liveStack(dir: string): (Service & { readonly supervisor: number }) | undefined {
  const home = homeAt(dir);
  const supervisor = lockHolder(home.lock);
  const { baseUrl, apiKey } = readCredentials(home.credentials);
  return supervisor === undefined || baseUrl === undefined || apiKey === undefined
    ? undefined
    : { baseUrl, apiKey, supervisor };
}

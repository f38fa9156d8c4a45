import { setTimeout as pause } from 'node:timers/promises';
import { StackError } from '../../stack/error.ts';
import { readCredentials } from '../../stack/home/credentials.ts';
import { lockHolder } from '../../stack/home/file-lock.ts';
import { homeAt } from '../../stack/home/paths.ts';
import type { Service } from './session-request.ts';

const GIVE_UP_AFTER_MS = 60_000;
const PROBE_TIMEOUT_MS = 2_000;
const BETWEEN_TRIES_MS = 250;

export interface FindLiveStack {
  /** The data folder. */
  readonly dir: string;
  readonly log: (line: string) => void;
  /** Ends the waiting when aborted. */
  readonly signal: AbortSignal;
  readonly giveUpAfterMs?: number;
}

/**
 * The stack that serves on this data folder, if there is one. It waits for a stack that is only starting, because until then
 * the credentials hold the address of the previous run.
 * @throws StackError if that stack does not serve within a minute
 */
export async function liveStack({
  dir,
  log,
  signal,
  giveUpAfterMs,
}: FindLiveStack): Promise<(Service & { readonly supervisor: number }) | undefined> {
  const home = homeAt(dir);
  const deadlineMs = performance.now() + (giveUpAfterMs ?? GIVE_UP_AFTER_MS);
  for (let told = false; !signal.aborted; told = true) {
    const supervisor = lockHolder(home.lock);
    if (supervisor === undefined) return undefined;
    const { baseUrl, apiKey, apiPid } = readCredentials(home.credentials);
    const service = apiPid !== undefined && baseUrl !== undefined && apiKey !== undefined && { baseUrl, apiKey };
    if (service && (await answers(service))) return { ...service, supervisor };
    if (performance.now() > deadlineMs) {
      throw new StackError(
        service
          ? `The service at ${service.baseUrl} does not answer.`
          : `The stack that process ${supervisor} runs serves no API.`,
      );
    }
    if (!told) log(`waiting for the stack that process ${supervisor} starts`);
    await pause(BETWEEN_TRIES_MS);
  }
  return undefined;
}

function answers({ baseUrl }: Service): Promise<boolean> {
  return fetch(`${baseUrl}/health/live`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) }).then(
    (response) => response.ok,
    () => false,
  );
}

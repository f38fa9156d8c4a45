import { readFileSync } from 'node:fs';
import { replaceFile } from '../replace-file.ts';
import type { ProcessName } from '../supervise/child-spec.ts';

/** The pid of each process; null if this stack does not run it. */
export type StackPids = Readonly<Record<ProcessName | 'supervisor', number | null>>;

export const NO_PIDS: StackPids = {
  supervisor: null,
  api: null,
  worker: null,
  temporal: null,
  postgres: null,
  simulated: null,
};

/** The content of `credentials.json` besides pids. */
export interface KnownCredentials {
  readonly baseUrl?: string | undefined;
  readonly apiKey?: string | undefined;
}

/** Empty if the file is absent or unreadable. Without `apiPid` no API runs yet, and the address is that of an earlier run. */
export function readCredentials(path: string): KnownCredentials & { readonly apiPid?: number | undefined } {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value !== 'object' || value === null) return {};
    const pids = 'pids' in value && typeof value.pids === 'object' && value.pids !== null ? value.pids : {};
    return {
      apiPid: 'api' in pids && typeof pids.api === 'number' ? pids.api : undefined,
      baseUrl: 'base_url' in value && typeof value.base_url === 'string' ? value.base_url : undefined,
      apiKey: 'api_key' in value && typeof value.api_key === 'string' ? value.api_key : undefined,
    };
  } catch {
    return {};
  }
}

/** Writes `credentials.json`: readable by its owner only, and replaced by rename, so no reader finds half of it. */
export function writeCredentials(path: string, { baseUrl, apiKey }: KnownCredentials, pids: StackPids): void {
  const content = { base_url: baseUrl ?? null, api_key: apiKey ?? null, pids };
  replaceFile(path, `${JSON.stringify(content, undefined, 2)}\n`, 0o600);
}

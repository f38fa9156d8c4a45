import { readFileSync } from 'node:fs';
import { replaceFile } from '../replace-file.ts';
import type { ProcessName } from '../supervise/child-spec.ts';

/** What does not run in this stack is null. */
export type StackPids = Readonly<Record<ProcessName | 'supervisor', number | null>>;

export const NO_PIDS: StackPids = {
  supervisor: null,
  api: null,
  worker: null,
  temporal: null,
  postgres: null,
  simulated: null,
};

/** What `credentials.json` says besides pids. */
export interface KnownCredentials {
  readonly baseUrl?: string | undefined;
  readonly apiKey?: string | undefined;
}

/** Empty when the file is absent or unreadable. Without `apiPid` no API runs (yet), and the address is of an earlier run. */
export function readCredentials(path: string): KnownCredentials & { readonly apiPid?: number } {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value !== 'object' || value === null) return {};
    const pids = 'pids' in value && typeof value.pids === 'object' && value.pids !== null ? value.pids : {};
    return {
      ...('api' in pids && typeof pids.api === 'number' ? { apiPid: pids.api } : {}),
      ...('base_url' in value && typeof value.base_url === 'string' ? { baseUrl: value.base_url } : {}),
      ...('api_key' in value && typeof value.api_key === 'string' ? { apiKey: value.api_key } : {}),
    };
  } catch {
    return {};
  }
}

/** Writes `credentials.json` as CONTRACT.md has it: mode 0600, replaced by rename. */
export function writeCredentials(path: string, { baseUrl, apiKey }: KnownCredentials, pids: StackPids): void {
  const content = { base_url: baseUrl ?? null, api_key: apiKey ?? null, pids };
  replaceFile(path, `${JSON.stringify(content, undefined, 2)}\n`, 0o600);
}

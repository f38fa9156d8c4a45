import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { OrphanSignal } from '../../processes/watchdog.ts';
import { replaceFile } from '../replace-file.ts';
import { isRunning, type ProcessIdentity, sendSignal } from './process-identity.ts';

/** A child as `processes.json` records it, so that the next start can find what is left of this one. */
export interface RecordedProcess extends ProcessIdentity {
  readonly name: string;
  readonly orphanSignal: OrphanSignal;
}

export function recordProcesses(path: string, processes: readonly RecordedProcess[]): void {
  replaceFile(path, JSON.stringify(processes), 0o600);
}

/**
 * Ends the processes that a dead supervisor left behind. It touches a process only if both its pid and its start time are on
 * record. Call it only under the lock of the home.
 */
export async function endLeftovers(path: string, log: (line: string) => void): Promise<void> {
  const left = readRecorded(path).filter(isRunning);
  if (left.length === 0) return;
  log(`ending what an earlier start left running: ${left.map(({ name, pid }) => `${name} (pid ${pid})`).join(', ')}`);
  for (const { pid, orphanSignal } of left) sendSignal(-pid, `SIG${orphanSignal}`);
  if (await allGone(left, 5_000)) return;
  for (const { pid } of left.filter(isRunning)) sendSignal(-pid, 'SIGKILL');
  await allGone(left, 5_000);
}

/** Polls until none of the processes runs, because only children can be waited for. False if that takes longer than `withinMs`. */
export async function allGone(processes: readonly ProcessIdentity[], withinMs: number): Promise<boolean> {
  const deadlineMs = performance.now() + withinMs;
  while (processes.some(isRunning)) {
    if (performance.now() > deadlineMs) return false;
    await pause(20);
  }
  return true;
}

function readRecorded(path: string): RecordedProcess[] {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return Array.isArray(value) ? value.flatMap(asRecorded) : [];
  } catch {
    return [];
  }
}

function asRecorded(value: unknown): RecordedProcess[] {
  if (typeof value !== 'object' || value === null) return [];
  if (!('name' in value && 'pid' in value && 'startedAt' in value && 'orphanSignal' in value)) return [];
  const { name, pid, startedAt, orphanSignal } = value;
  if (typeof name !== 'string' || typeof startedAt !== 'string') return [];
  if (typeof pid !== 'number' || !Number.isInteger(pid) || pid <= 1) return [];
  return orphanSignal === 'KILL' || orphanSignal === 'QUIT' ? [{ name, pid, startedAt, orphanSignal }] : [];
}

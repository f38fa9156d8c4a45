import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { codeOf } from '../../processes/error-cause.ts';
import { identify, isRunning, type ProcessIdentity } from '../supervise/process-identity.ts';

export interface FileLock {
  release(): void;
}

export type LockAttempt = { readonly lock: FileLock } | { readonly heldBy: number };

/**
 * Takes the lock file at `path`, or says which pid holds it. A lock whose holder no longer runs is taken over. The holder
 * is known by pid and start time, so another process that got the same pid does not keep the lock held.
 */
export function tryLock(path: string): LockAttempt {
  const own = identify(process.pid) ?? { pid: process.pid, startedAt: 'unknown' };
  const content = JSON.stringify(own);
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, content, { mode: 0o600 });
  try {
    for (;;) {
      if (linked(draft, path)) return { lock: { release: () => releaseIfOwn(path, content) } };
      const found = readLock(path);
      if (found === undefined) continue;
      if (found.holder !== undefined && isRunning(found.holder)) return { heldBy: found.holder.pid };
      moveStaleAway(path, found.content, `${draft}.stale`);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The pid of the running holder of the lock at `path`, if there is one. */
export function lockHolder(path: string): number | undefined {
  const holder = readLock(path)?.holder;
  return holder !== undefined && isRunning(holder) ? holder.pid : undefined;
}

function linked(draft: string, path: string): boolean {
  try {
    // Unlike open with O_EXCL, link makes the lock and its content appear in one step.
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function readLock(path: string): { content: string; holder?: ProcessIdentity } | undefined {
  try {
    const content = readFileSync(path, 'utf8');
    const holder = parseHolder(content);
    return holder === undefined ? { content } : { content, holder };
  } catch {
    return undefined;
  }
}

function parseHolder(content: string): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(content);
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('startedAt' in value)) return undefined;
    const { pid, startedAt } = value;
    return typeof pid === 'number' && typeof startedAt === 'string' ? { pid, startedAt } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Moves a stale lock away. Of several processes that saw it, one succeeds; another may move a fresh lock by mistake, and then
 * puts it back.
 */
function moveStaleAway(path: string, staleContent: string, away: string): void {
  try {
    renameSync(path, away);
  } catch {
    return;
  }
  if (readFileSync(away, 'utf8') !== staleContent) linked(away, path);
  rmSync(away, { force: true });
}

function releaseIfOwn(path: string, content: string): void {
  if (readLock(path)?.content === content) rmSync(path, { force: true });
}

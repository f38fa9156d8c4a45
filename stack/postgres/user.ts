import { spawnSync } from 'node:child_process';
import { StackError } from '../error.ts';

/** The user as whom Postgres runs, and the command that makes it run as that user, if one is needed. */
export interface PostgresUser {
  readonly uid?: number;
  readonly gid?: number;
  readonly prefix: readonly string[];
}

const AS_OURSELVES: PostgresUser = { prefix: [] };

/**
 * Postgres refuses to run as root, so root runs it as the user `postgres`, who is made if there is none. If that user cannot
 * reach `paths`, as in a closed folder of root's, the process is given the one capability that it needs.
 * @throws StackError
 */
export function choosePostgresUser(paths: readonly string[]): PostgresUser {
  if (process.getuid?.() !== 0) return AS_OURSELVES;
  const { uid, gid } = lookUp('postgres') ?? makePostgresUser();
  const reaches = paths.every((path) => spawnSync('test', ['-x', path], { uid, gid, cwd: '/' }).status === 0);
  if (reaches) return { uid, gid, prefix: [] };
  const prefix = [
    'setpriv',
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
  ];
  const works = spawnSync('setpriv', [...prefix.slice(1), 'true']).status === 0;
  if (works) return { uid, gid, prefix };
  throw new StackError(
    `Postgres does not run as root, and the user postgres cannot reach ${paths.join(' and ')}; run as another user, or set AGENT_RUNS_HOME to a folder that user can reach.`,
  );
}

/** The ids with which to start a process. A prefix changes the user by itself, so the process then starts with ours. */
export function idsToStartWith({ uid, gid, prefix }: PostgresUser): {
  uid?: number | undefined;
  gid?: number | undefined;
} {
  return prefix.length === 0 ? { uid, gid } : {};
}

function makePostgresUser(): { uid: number; gid: number } {
  spawnSync('groupadd', ['--system', 'postgres']);
  spawnSync('useradd', ['--system', '--gid', 'postgres', '--no-create-home', 'postgres']);
  const made = lookUp('postgres');
  if (made !== undefined) return made;
  throw new StackError(
    'Postgres does not run as root, and a user called postgres could not be made; make one, or run as another user.',
  );
}

function lookUp(user: string): { uid: number; gid: number } | undefined {
  const [uid, gid] = ['-u', '-g'].map((flag) => {
    const id = spawnSync('id', [flag, user], { encoding: 'utf8' });
    return id.status === 0 ? Number(id.stdout) : Number.NaN;
  });
  return uid !== undefined && gid !== undefined && Number.isInteger(uid) && Number.isInteger(gid)
    ? { uid, gid }
    : undefined;
}

import { spawnSync } from 'node:child_process';
import { StackError } from '../error.ts';

/** As whom Postgres runs, and what to put before its command. */
export interface PostgresUser {
  readonly uid?: number;
  readonly gid?: number;
  readonly prefix: readonly string[];
}

const AS_OURSELVES: PostgresUser = { prefix: [] };

/**
 * Postgres refuses to run as root, so root runs it as the user `postgres`, made when there is none. Where that user cannot
 * reach `paths` (a home in a closed folder of root's), it is given the one capability that lets it.
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

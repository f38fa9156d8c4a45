import { codeOf } from '../processes/error-cause.ts';
import { networkProblem } from '../processes/network-problem.ts';
import { createDatabase } from './database.ts';
import { firstTenant } from './queries/tenant.ts';

/** Codes for a socket in the file system, and those of Postgres for a server that is starting, stopping or full. */
const UNREACHABLE = new Set(['EACCES', 'ENOENT', '57P01', '57P02', '57P03', '53300']);

/** Messages of errors to which pg gives no code. */
const NO_ANSWER =
  /^(timeout expired|timeout exceeded when trying to connect|Connection terminated|Postgres does not answer)/;
const NO_PASSWORD = /password must be a (non-empty )?string$/;
const NO_TLS = /^The server does not support SSL/;

/** Says in a sentence about DATABASE_URL what keeps a process from serving on the database at `url`. Undefined: nothing does. */
export async function databaseProblem(url: string): Promise<string | undefined> {
  const db = createDatabase({ url, maxConnections: 1, applicationName: 'agent-runs-start' });
  try {
    await db.serviceTransaction(firstTenant);
    return undefined;
  } catch (error) {
    return databaseProblemOf(error);
  } finally {
    await db.close();
  }
}

/**
 * Says in a sentence about DATABASE_URL why a database could not be connected to or used. The sentence never holds the URL,
 * because the URL holds a password (I10). The messages of Postgres hold none.
 */
export function databaseProblemOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  const problem = networkProblem(code);
  if (error instanceof Error && 'syscall' in error && error.syscall === 'open') {
    return `A certificate or key file that DATABASE_URL names cannot be read (${code}); correct its path.`;
  }
  if (problem?.when === 'name') return `The host in DATABASE_URL is not known (${code}); correct it.`;
  if (problem !== undefined || UNREACHABLE.has(code ?? '')) {
    return `The Postgres of DATABASE_URL cannot be reached (${code}); start it, or correct host and port in DATABASE_URL.`;
  }
  switch (code) {
    case '28P01':
      return 'Postgres refuses the user name or the password in DATABASE_URL; correct them.';
    case '28000':
      return `Postgres refuses the user in DATABASE_URL (${message}); correct DATABASE_URL, or let that user in.`;
    case '3D000':
      return 'The database that DATABASE_URL names does not exist; create it, or name another one.';
    case '25006':
      return 'DATABASE_URL names a read-only Postgres; it must name the primary.';
    case '42P01':
      return 'The database of DATABASE_URL is not migrated; run db/migrate-main.ts on it first.';
    case '42501':
      return `The user of DATABASE_URL lacks a right (${message}); see docs/operations.md for the rights that are needed.`;
    case undefined:
      break;
    default:
      return `The Postgres of DATABASE_URL cannot be used: ${message} (${code}).`;
  }
  if (NO_ANSWER.test(message)) {
    return 'What DATABASE_URL names does not answer as a Postgres does; correct host and port in DATABASE_URL.';
  }
  if (NO_PASSWORD.test(message)) return 'Postgres asks for a password and DATABASE_URL has none; add it.';
  if (NO_TLS.test(message)) {
    return 'DATABASE_URL asks for TLS, which its Postgres does not offer; take sslmode out of DATABASE_URL.';
  }
  return message;
}

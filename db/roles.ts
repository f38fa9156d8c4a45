import { codeOf } from '../processes/error-cause.ts';

/**
 * The role in which a transaction runs (db/migrations/0006_row_level_security.sql). `service` sees the rows of the tenant that
 * the transaction names. `sweeper` sees what concerns all tenants, and no content.
 */
export type Role = 'service' | 'sweeper';

export const NAME_OF_ROLE: Readonly<Record<Role, string>> = {
  service: 'agent_runs_service',
  sweeper: 'agent_runs_sweeper',
};

/** The SQLSTATE of Postgres for a role that does not exist. */
const INVALID_PARAMETER_VALUE = '22023';
const INSUFFICIENT_PRIVILEGE = '42501';

/** Makes the statement that takes a role until the transaction ends. */
export function taking(role: Role): string {
  return `SET LOCAL ROLE ${NAME_OF_ROLE[role]}`;
}

/**
 * Says what to do when a role could not be taken. Undefined for any other error at the beginning of a transaction. The error
 * has no SQLSTATE: for a stage this trouble passes once somebody has done what it says, and is no reason to end sessions.
 */
export function roleTrouble(error: unknown): Error | undefined {
  const code = codeOf(error);
  const roles = Object.values(NAME_OF_ROLE);
  if (code === INVALID_PARAMETER_VALUE) {
    return new Error(`The roles ${roles.join(' and ')} do not exist: migrate this database first.`, { cause: error });
  }
  if (code === INSUFFICIENT_PRIVILEGE) {
    return new Error(
      `The user of DATABASE_URL may not take the roles of the services; as one who may, run: GRANT ${roles.join(', ')} TO that user;`,
      { cause: error },
    );
  }
  return undefined;
}

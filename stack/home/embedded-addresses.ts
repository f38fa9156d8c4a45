import { readFileSync } from 'node:fs';
import { POSTGRES_ROLE } from '../postgres/cluster.ts';
import { DATABASE, POSTGRES_HOST } from '../postgres/server.ts';
import type { Home } from './paths.ts';
import { knownPorts } from './remembered-ports.ts';

/** The addresses of the servers that a stack has started on this data folder. Empty where it uses others. */
export function embeddedAddresses(home: Home): { databaseUrl?: string; temporalAddress?: string } {
  const ports = knownPorts(home.ports);
  const [postgres, temporal] = [ports.get('postgres'), ports.get('temporal')];
  const password = passwordIn(home.postgresPassword);
  return {
    ...(postgres === undefined || password === undefined
      ? {}
      : { databaseUrl: `postgres://${POSTGRES_ROLE}:${password}@${POSTGRES_HOST}:${postgres}/${DATABASE}` }),
    ...(temporal === undefined ? {} : { temporalAddress: `127.0.0.1:${temporal}` }),
  };
}

function passwordIn(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

import { readFileSync } from 'node:fs';
import { pickPort } from '../free-port.ts';
import { replaceFile } from '../replace-file.ts';

/** Ports that stay with a data folder, so that the addresses that clients know survive a restart of the whole stack. */
export interface RememberedPorts {
  /** The port last used for `name` when it is free, else a new one. */
  take(name: string): Promise<number>;
}

export function rememberPorts(path: string, host = '127.0.0.1'): RememberedPorts {
  const known = knownPorts(path);
  return {
    take: async (name) => {
      const port = await pickPort(host, known.get(name));
      known.set(name, port);
      replaceFile(path, JSON.stringify(Object.fromEntries(known)), 0o600);
      return port;
    },
  };
}

/** The ports that were used last, by name. */
export function knownPorts(path: string): Map<string, number> {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    return new Map(entries.filter((entry): entry is [string, number] => Number.isInteger(entry[1])));
  } catch {
    return new Map();
  }
}

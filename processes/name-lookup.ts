import { type LookupAddress, Resolver, lookup as systemLookup } from 'node:dns';
import { codeOf } from './error-cause.ts';

/** Finds all addresses of a name, as `lookup` of node:dns with `all`. */
export type LookupAll = (
  hostname: string,
  options: { all: true; family?: number; hints?: number },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** A silent server is asked twice: after some six seconds the name has no address. */
const SILENT = { timeout: 2_000, tries: 2 };

/** With these codes the name servers have answered, or this machine has none. The system may know the name from elsewhere. */
const SYSTEM_MAY_KNOW: readonly unknown[] = ['ENOTFOUND', 'ENODATA', 'ECONNREFUSED', 'EBADNAME'];

/** The system is asked for so few names at once that half of the threads that it has for this are left to others. */
const SYSTEM_AT_ONCE = 16;

/**
 * Looks up names that tenants choose. The lookup of the system holds a thread until the name servers answer, and by default two
 * such threads are all that there are: two names whose servers are silent kept every other name waiting for ten seconds. So the
 * name servers are asked without a thread. The system is asked for what they do not know, such as a name of the hosts file.
 * @param deps.servers the name servers, as `host` or `host:port`. Default: those of the system
 */
export function createNameLookup(deps: { servers?: readonly string[]; system?: LookupAll } = {}): LookupAll {
  const system = deps.system ?? systemLookup;
  const resolver = new Resolver(SILENT);
  if (deps.servers !== undefined) resolver.setServers(deps.servers);
  const waiting: (() => void)[] = [];
  let asked = 0;

  function askSystem(...[hostname, options, callback]: Parameters<LookupAll>): void {
    const ask = () => {
      asked += 1;
      system(hostname, options, (...found) => {
        asked -= 1;
        waiting.shift()?.();
        callback(...found);
      });
    };
    if (asked < SYSTEM_AT_ONCE) ask();
    else waiting.push(ask);
  }

  const addressesOf = (hostname: string, family: 4 | 6) =>
    new Promise<{ readonly error: NodeJS.ErrnoException | null; readonly addresses: LookupAddress[] }>((resolve) => {
      const resolved = (error: NodeJS.ErrnoException | null, addresses: string[] = []) =>
        resolve({ error, addresses: addresses.map((address) => ({ address, family })) });
      if (family === 4) resolver.resolve4(hostname, resolved);
      else resolver.resolve6(hostname, resolved);
    });

  return (hostname, options, callback) => {
    const families = ([4, 6] as const).filter((family) => !options.family || options.family === family);
    void Promise.all(families.map((family) => addressesOf(hostname, family))).then((answers) => {
      const addresses = answers.flatMap((answer) => answer.addresses);
      if (addresses.length > 0) return callback(null, addresses);
      const silent = answers.find(({ error }) => error !== null && !SYSTEM_MAY_KNOW.includes(codeOf(error)));
      if (silent === undefined) askSystem(hostname, options, callback);
      else callback(silent.error, []);
    });
  };
}

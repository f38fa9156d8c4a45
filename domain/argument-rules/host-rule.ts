import { withoutControls } from './unclear-text.ts';

/** The place that a URL or the name of a host leads to. */
interface Place {
  /** The host in the form that the URL standard gives it, without the dot at the end. */
  readonly host: string;
  /** Empty: the port that its scheme has by default. */
  readonly port: string;
}

const WEB: readonly string[] = ['http', 'https'];
const HOST_CHARACTERS = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/;

/**
 * Says why a value leads to none of the hosts. Programs differ in how they read odd addresses. So an address must be written
 * plainly: no user name, no backslash, no encoded host, no space, and an IP address in its usual form.
 * @param hosts `example.com`, `*.example.com` for what is below it, `example.com:8443`, or `example.com:*`
 * @param schemes those that a URL may have
 */
export function hostProblem(
  value: unknown,
  hosts: readonly string[],
  schemes: readonly string[] = WEB,
): string | undefined {
  const wanted = `it must be an address of ${hosts.join(' or ')}`;
  const place = typeof value === 'string' ? placeOf(value, schemes) : undefined;
  if (place === undefined) return `${wanted}, written plainly`;
  return hosts.some((entry) => isAllowed(place, entry)) ? undefined : wanted;
}

/** Says why a text can be no entry of a list of hosts. */
export function hostEntryProblem(entry: string): string | undefined {
  const { host } = partsOfEntry(entry);
  return normalHost(host) === undefined
    ? 'must be a host such as example.com, *.example.com or example.com:8443'
    : undefined;
}

function isAllowed({ host, port }: Place, entry: string): boolean {
  const parts = partsOfEntry(entry);
  const allowed = normalHost(parts.host);
  if (allowed === undefined) return false;
  const fits = parts.below ? host.endsWith(`.${allowed}`) : host === allowed;
  return fits && (parts.port === '*' || parts.port === port);
}

function partsOfEntry(entry: string): { readonly below: boolean; readonly host: string; readonly port: string } {
  const below = entry.startsWith('*.');
  const rest = below ? entry.slice(2) : entry;
  const port = /:(\d{1,5}|\*)$/.exec(rest);
  return { below, host: port === null ? rest : rest.slice(0, port.index), port: port?.[1] ?? '' };
}

function placeOf(text: string, schemes: readonly string[]): Place | undefined {
  if (!withoutControls(text) || /[\\\s]/.test(text)) return undefined;
  const url = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]+)(?=$|[/?#])/i.exec(text);
  if (url === null) return placeOfAuthority(text, '');
  const [, scheme = '', authority = ''] = url;
  // Some programs take what stands before an @ for a user even behind a question mark or a hash.
  if (/^[^/]*@/.test(text.slice(scheme.length + '://'.length))) return undefined;
  return schemes.includes(scheme.toLowerCase()) ? placeOfAuthority(authority, scheme.toLowerCase()) : undefined;
}

function placeOfAuthority(authority: string, scheme: string): Place | undefined {
  const parts = /^(\[[^\]]*\]|[^:[\]]+)(?::([1-9]\d{0,4}))?$/.exec(authority);
  const host = normalHost(parts?.[1] ?? '');
  if (parts === null || host === undefined) return undefined;
  const port = parts[2] ?? '';
  return { host, port: port === { http: '80', https: '443' }[scheme] ? '' : port };
}

/** Undefined: it is no host, or it is one in a spelling that programs may read differently. */
function normalHost(text: string): string | undefined {
  if (/[%@/?#\\\s]/.test(text) || !URL.canParse(`http://${text}/`)) return undefined;
  const host = new URL(`http://${text}/`).hostname.replace(/\.$/, '');
  const plain = text.toLowerCase().replace(/\.$/, '');
  if (!HOST_CHARACTERS.test(host)) return undefined;
  if (host.startsWith('[')) return host;
  // Each part of the name is the same, or is the encoded form of what is not ASCII.
  const given = plain.split('.');
  if (given.includes('')) return undefined;
  const parts = host.split('.');
  const same =
    given.length === parts.length && parts.every((part, i) => part === given[i] || isEncoded(part, given[i] ?? ''));
  return same ? host : undefined;
}

function isEncoded(part: string, given: string): boolean {
  return part.startsWith('xn--') && /[^\p{ASCII}]/u.test(given);
}

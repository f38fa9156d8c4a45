import { z } from 'zod';
import { httpUrlSchema } from '../contract/fields.ts';

/** A setting that is on or off. */
export const flagSchema = z
  .enum(['1', '0', 'true', 'false'], 'must be 1 or 0 (or true or false)')
  .transform((word) => word === '1' || word === 'true')
  .optional();

/** Keys are sent in HTTP headers, which take no line break and no other character beyond these. */
export const apiKeySchema = z
  .string()
  .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII characters without spaces or line breaks')
  .optional();

/** A setting that has a parser of its own. The message of an error that the parser throws says what the setting must be. */
export function parsedBy<Value>(parse: (text: string | undefined) => Value) {
  return z
    .string()
    .optional()
    .transform((text, context) => {
      try {
        return parse(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
        return z.NEVER;
      }
    });
}

/** The same for a setting that may not be absent; `absent` is said then. */
export function requiredAs<Value>(parse: (text: string) => Value, absent: string) {
  return parsedBy((text) => {
    if (text === undefined) throw new Error(absent);
    return parse(text);
  });
}

const DATABASE_URL = 'the address of a Postgres database, like postgres://user:password@host:5432/database';

/** @throws Error that never quotes the address, which may hold a password */
export function parseDatabaseUrl(text: string): string {
  // `host` may name the folder of a socket. Then no host has to stand before the path, which URL takes only without a user.
  const withoutHost = !URL.canParse(text);
  const url = withoutHost ? text.replace('@/', '@host/') : text;
  if (!URL.canParse(url)) {
    throw new Error(
      `must be ${DATABASE_URL} (in user name and password, write # / ? @ : % as %23 %2F %3F %40 %3A %25)`,
    );
  }
  const { protocol, hostname, username, password, pathname, searchParams } = new URL(url);
  if (protocol !== 'postgres:' && protocol !== 'postgresql:') throw new Error(`must be ${DATABASE_URL}`);
  if ((withoutHost || hostname === '') && !searchParams.get('host')) {
    throw new Error(`names no host: it must be ${DATABASE_URL}`);
  }
  if (![hostname, username, password, pathname].every(isPercentEncoded)) {
    throw new Error('holds a % that begins no percent-encoded UTF-8 character: write % itself as %25');
  }
  return text;
}

function isPercentEncoded(text: string): boolean {
  try {
    // A % without two digits behind it stands for itself, as pg takes it.
    decodeURIComponent(text.replace(/%(?![0-9a-f]{2})/gi, '%25'));
    return true;
  } catch {
    return false;
  }
}

const HOST_AND_PORT = /^(?:\[[0-9a-f:.]+\]|[^\s:/@?#[\]]+):(\d{1,5})$/i;

/** @throws Error unless it is `host:port` */
export function parseTemporalAddress(text: string): string {
  const port = Number(HOST_AND_PORT.exec(text)?.[1]);
  if (port >= 1 && port <= 65_535) return text;
  throw new Error('must be host:port, like temporal.example.com:7233');
}

export const DEFAULT_PORT = 8787;

/** @throws Error unless it is the number of a port */
export function parsePort(text: string | undefined): number {
  const port = text === undefined ? DEFAULT_PORT : Number(/^\d{1,5}$/.exec(text)?.[0]);
  if (port >= 0 && port <= 65_535) return port;
  throw new Error('must be a number from 0 to 65535 (0 picks a free port)');
}

/** An address that tenants may see. @throws Error for one with a user name or a password in it */
export function parseHttpUrl(text: string | undefined): string | undefined {
  if (text === undefined || httpUrlSchema.safeParse(text).success) return text;
  throw new Error('must be an http or https address without a user name and a password');
}

/** Origins as browsers send them, comma separated. @throws Error for an entry that would match none */
export function parseOrigins(text: string | undefined): readonly string[] {
  const entries = (text ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  if (entries.every(isOrigin)) return entries;
  throw new Error('must list origins, comma separated and without a path, like https://app.example.com');
}

function isOrigin(entry: string): boolean {
  if (!URL.canParse(entry)) return false;
  const { origin } = new URL(entry);
  // Pages of a browser extension have a scheme of their own, for which URL knows no origin.
  return origin === entry || (origin === 'null' && /^[a-z][a-z0-9+.-]*:\/\/[a-z0-9.-]+$/.test(entry));
}

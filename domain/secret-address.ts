import { looksRandom } from './guardrails/key-shape.ts';

/** A part of an address: a piece of the path, or a value of the query. */
interface AddressPart {
  readonly name: string;
  readonly value: string;
  readonly start: number;
  readonly end: number;
  readonly isSecret: boolean;
}

/** A parameter of this name has a secret for its value, whatever the value looks like. */
const NAME_OF_SECRET =
  /(?:^|[_.-])(?:key|sig|auth|pass|pwd|code|sid|jwt)$|apikey|api[_-]key|(?:access|private|client|secret)[_-]?key|token|secret|signature|password|credential|session/i;
/** Pieces of a path that some services hand out as the whole credential. */
const SHORTEST_PIECE = 20;
const SHORTEST_VALUE = 16;

/** The parts of an address that give access to whoever knows them. */
export function secretPartsOf(url: string): AddressPart[] {
  return namedParts(url).filter(({ isSecret }) => isSecret);
}

/** The address with each of its secrets replaced by a mask. */
export function maskedAddress(url: string, mask: string): string {
  return secretPartsOf(url).reduceRight((left, { start, end }) => left.slice(0, start) + mask + left.slice(end), url);
}

/**
 * The address with each mask replaced by the secret that is stored at the same place. A mask stays where the place is another
 * one: a secret is sent to no other server than it was given for.
 */
export function restoredAddress(given: string, stored: string | null, mask: string): string {
  if (stored === null || !given.includes(mask) || originOf(given) !== originOf(stored)) return given;
  const secretOf = new Map(secretPartsOf(stored).map(({ name, value }) => [name, value]));
  return namedParts(given).reduceRight((left, { name, value, start, end }) => {
    const secret = value === mask ? secretOf.get(name) : undefined;
    return secret === undefined ? left : left.slice(0, start) + secret + left.slice(end);
  }, given);
}

/** The pieces of the path by their number, and the values of the query by their names, in their order. */
function namedParts(url: string): AddressPart[] {
  const [, before = '', query = ''] = /^([^?#]*)(\?[^#]*)?/.exec(url) ?? [];
  const host = /^[a-z][a-z0-9+.-]*:\/\/[^/]*/i.exec(before)?.[0].length ?? 0;
  const pieces = [...before.slice(host).matchAll(/[^/]+/g)].map(({ 0: value, index }, number) => ({
    name: `/${number}`,
    value,
    start: host + index,
    end: host + index + value.length,
    isSecret: value.length >= SHORTEST_PIECE && looksRandom(value),
  }));
  const values = [...query.matchAll(/[?&]([^=&]*)=([^&]*)/dg)].map(({ 1: name = '', 2: value = '', indices }) => {
    const [start = 0, end = 0] = indices?.[2] ?? [];
    const isKey = NAME_OF_SECRET.test(name) || (value.length >= SHORTEST_VALUE && looksRandom(value));
    const place = { start: before.length + start, end: before.length + end };
    return { name: `?${name}`, value, ...place, isSecret: isKey && value !== '' };
  });
  return [...pieces, ...values];
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}

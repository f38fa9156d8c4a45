import cardValidator from 'card-validator';
import { electronicFormatIBAN, getCountrySpecifications, isValidIBAN } from 'ibantools';
import ipaddr from 'ipaddr.js';
import { type CountryCode, findPhoneNumbersInText, isSupportedCountry } from 'libphonenumber-js';
import type { PersonalData } from '../../contract/guardrail-rules.ts';
import type { Finding } from './finding.ts';

export interface PersonalDataOptions {
  readonly entities: readonly PersonalData[];
  /** The country of phone numbers without a country code. */
  readonly phoneRegion: string;
}

/** Finds personal data in a plain form. What has a checksum or a numbering plan is checked against it. */
export function personalDataIn(text: string, { entities, phoneRegion }: PersonalDataOptions): Finding[] {
  const wanted = new Set(entities);
  const hasDigits = /\d/.test(text);
  return [
    ...(wanted.has('email') && text.includes('@') ? emailsIn(text) : []),
    ...(wanted.has('iban') && hasDigits ? ibansIn(text) : []),
    ...(wanted.has('card') && hasDigits ? cardsIn(text) : []),
    ...(wanted.has('ip') && (hasDigits || text.includes('::')) ? addressesIn(text) : []),
    ...(wanted.has('phone') && hasDigits ? phonesIn(text, phoneRegion) : []),
  ];
}

const EMAIL =
  /(?<![\w.%+-])[\p{L}\p{N}_%+-](?:[\p{L}\p{N}._%+-]{0,62}[\p{L}\p{N}_%+-])?@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,8}(?:\p{L}{2,24}|xn--[a-z0-9-]{2,40})(?![\p{L}\p{N}-])/gu;
/** Endings of files, as in icon@2x.png. None of them is a top-level domain that takes mail. */
const FILE_ENDING = /\.(?:png|jpe?g|gif|svg|webp|ico|css|scss|jsx?|tsx?|json|html?|xml|ya?ml|txt|pdf|zip|gz)$/i;

function emailsIn(text: string): Finding[] {
  return [...text.matchAll(EMAIL)].flatMap((match) => {
    const [address] = match;
    if (FILE_ENDING.test(address)) return [];
    // An address of Git over SSH names a repository and nobody who reads mail.
    const isRemote = /^git@/i.test(address) && /^[:/]/.test(text.slice(match.index + address.length));
    return [found(match.index, address.length, 'email', isRemote ? 0.2 : 0.95)];
  });
}

const IBAN_LENGTHS = new Map(
  Object.entries(getCountrySpecifications()).flatMap(([country, { chars }]) =>
    chars === null ? [] : [[country, chars]],
  ),
);
const IBAN_BEGINNING = /(?<![\p{L}\p{N}])([A-Z]{2})[ -]?\d[ -]?\d/giu;

/** An IBAN has the length of its country and a check sum modulo 97. It may be written in groups. */
function ibansIn(text: string): Finding[] {
  return [...text.matchAll(IBAN_BEGINNING)].flatMap((match) => {
    const length = IBAN_LENGTHS.get((match[1] ?? '').toUpperCase());
    const whole = length === undefined ? undefined : grouped(text, match.index, length, /[A-Za-z0-9]/);
    if (whole === undefined || !isValidIBAN(electronicFormatIBAN(whole.toUpperCase()) ?? '')) return [];
    return [found(match.index, whole.length, 'iban', 0.99)];
  });
}

const CARD_BEGINNING = /(?<![\p{L}\p{N}])(?<!\d[.,])\d(?=(?:[ -]?\d){12,18}(?!\d))/gu;
const CARD = /\d(?:[ -]?\d){12,18}/y;

/** A card number begins like those of a brand, has a length of that brand and a check sum (Luhn). */
function cardsIn(text: string): Finding[] {
  return [...text.matchAll(CARD_BEGINNING)].flatMap((match) => {
    CARD.lastIndex = match.index;
    const [written = ''] = CARD.exec(text) ?? [];
    const next = text.slice(match.index + written.length);
    if (/^(?:[ -]?\d|\p{L})/u.test(next) || /^[.,]\d/.test(next)) return [];
    const digits = written.replace(/\D/g, '');
    if (/^(\d)\1+$/.test(digits)) return [];
    const checked = cardValidator.number(digits);
    return checked.isValid && checked.card !== null ? [found(match.index, written.length, 'card', 0.95)] : [];
  });
}

const IPV4 = /(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w]|\.\d)/g;
const IPV6 = /(?<![\w:.])(?=[0-9a-f:]*:[0-9a-f]*:)[0-9a-f:]{2,39}(?:(?<=:)(?:\d{1,3}\.){3}\d{1,3})?(?![\w:])/gi;
const VERSION_BEFORE = /(?:\bv|version|release|build|firmware|section|chapter|python|node|§)[ .:=]*$/i;
/** Ranges that belong to no one: this machine, no address, and addresses of documentation. */
const NOBODYS = new Set(['loopback', 'unspecified', 'broadcast', 'multicast']);

function addressesIn(text: string): Finding[] {
  const four = [...text.matchAll(IPV4)].map((match) => {
    const before = text.slice(Math.max(0, match.index - 16), match.index);
    const looksLikeVersion = VERSION_BEFORE.test(before) || /^(?:\d\.){3}\d$/.test(match[0]);
    return { match, sure: looksLikeVersion ? 0.3 : 0.85 };
  });
  const six = [...text.matchAll(IPV6)].map((match) => ({
    match,
    sure: match[0].replace(/:/g, '').length < 3 ? 0.3 : 0.9,
  }));
  return [...four, ...six].flatMap(({ match, sure }) => {
    if (!ipaddr.isValid(match[0])) return [];
    const isNobodys = NOBODYS.has(ipaddr.process(match[0]).range());
    return [found(match.index, match[0].length, 'ip', isNobodys ? 0.2 : sure)];
  });
}

/** A stretch that may be a phone number. Only such are parsed: parsing takes a hundred times as long as finding them. */
const MAY_BE_PHONE = /(?<![\p{L}\p{N}_])(?:\+ ?|\()?\d(?:[ ()./-]{0,3}\d){6,18}(?![\p{L}\p{N}_])/gu;

function phonesIn(text: string, region: string): Finding[] {
  const defaultCountry: CountryCode | undefined = isSupportedCountry(region) ? region : undefined;
  return [...text.matchAll(MAY_BE_PHONE)].flatMap((stretch) =>
    findPhoneNumbersInText(stretch[0], { defaultCountry, extended: true }).map(({ startsAt, endsAt }) => {
      const start = stretch.index + startsAt;
      const before = text.slice(Math.max(0, start - 24), start);
      return found(start, endsAt - startsAt, 'phone', surenessOfPhone(stretch[0].slice(startsAt, endsAt), before));
    }),
  );
}

const PHONE_BEFORE = /(?:phone|tel|mobile|cell|call|fax|whatsapp|sms|contact|number|dial|text|reach)[^\d\n]{0,12}$/i;

const DATE = /^(?:19|20)\d\d[-/.](?:0\d|1[0-2])[-/.]/;

/** A number with a country code is sure. A row of digits may be the number of anything, unless it is said to be a phone's. */
function surenessOfPhone(written: string, before: string): number {
  if (DATE.test(written)) return 0.2;
  if (written.startsWith('+') || before.endsWith('+')) return 0.95;
  if (PHONE_BEFORE.test(before)) return 0.85;
  return /^\(?\d{2,5}\)?[ .\-/]\d{2,4}[ .\-/]\d{2,5}/.test(written) ? 0.7 : 0.3;
}

/** The text of so many characters of a kind from a place on, with at most one blank or dash between two of them. */
function grouped(text: string, from: number, count: number, kind: RegExp): string | undefined {
  let at = from;
  for (let left = count; left > 0; at++) {
    const character = text[at] ?? '';
    if (kind.test(character)) left -= 1;
    else if (!/[ -]/.test(character) || /[ -]/.test(text[at - 1] ?? '')) return undefined;
  }
  return /[\p{L}\p{N}]/u.test(text[at] ?? '') ? undefined : text.slice(from, at);
}

function found(start: number, length: number, what: PersonalData, confidence: number): Finding {
  return { start, end: start + length, what, confidence };
}

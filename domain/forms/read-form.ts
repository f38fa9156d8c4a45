import type { ElicitationForm } from '../../contract/forms.ts';
import { isRecord } from '../json-record.ts';
import { isLoopback } from '../loopback.ts';

export type ReadForm =
  | { readonly kind: 'form'; readonly form: ElicitationForm }
  /** A person is not shown it. */
  | { readonly kind: 'refused'; readonly why: string };

const MOST_MESSAGE = 4_000;
const MOST_FIELDS = 50;
const MOST_SCHEMA_BYTES = 32 * 1024;
const MOST_URL = 2_000;

/** A form may not ask for these: a server that needs them asks for a visit to its own page (mode `url`). */
const SECRET =
  /pass(?:word|phrase|code|wd)|\bpwd\b|secret|api[ _-]?key|access[ _-]?key|private[ _-]?key|\btoken\b|credential|\bpin\b|\botp\b|\bcvv2?\b|\bcvc2?\b|card[ _-]?(?:number|no)|\bssn\b|social[ _-]?security/i;

const TYPES: readonly unknown[] = ['string', 'number', 'integer', 'boolean', 'array'];
/** The keywords that a field may have. All others are left out, so a person is shown no more than the protocol knows. */
const KEYWORDS: readonly string[] = (
  'type title description default enum enumNames oneOf anyOf const format minLength maxLength minimum maximum items minItems ' +
  'maxItems'
).split(' ');

/** Reads what a server asks for, with what a person may be shown of it. @param params those of `elicitation/create` */
export function readForm(params: unknown): ReadForm {
  if (!isRecord(params)) return refused('it is no object');
  const { mode = 'form', message } = params;
  if (typeof message !== 'string' || message.length > MOST_MESSAGE)
    return refused('its message is missing or too long');
  if (mode === 'url') return readUrl(message, params.url);
  if (mode !== 'form') return refused('its mode is not known');
  return readFields(message, params.requestedSchema);
}

function readUrl(message: string, url: unknown): ReadForm {
  if (typeof url !== 'string' || url.length > MOST_URL || !URL.canParse(url)) return refused('its address is none');
  const address = new URL(url);
  const { protocol, username, password } = address;
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(address)))
    return refused('its address is not https');
  if (username !== '' || password !== '') return refused('its address has a user name');
  return { kind: 'form', form: { mode: 'url', message, url: address.href } };
}

function readFields(message: string, schema: unknown): ReadForm {
  if (!isRecord(schema) || schema.type !== 'object' || !isRecord(schema.properties)) {
    return refused('its schema is not that of an object');
  }
  const fields = Object.entries(schema.properties);
  if (fields.length > MOST_FIELDS || Buffer.byteLength(JSON.stringify(schema)) > MOST_SCHEMA_BYTES) {
    return refused('its schema is too large');
  }
  const properties: Record<string, object> = Object.create(null);
  for (const [name, field] of fields) {
    if (!isRecord(field) || !TYPES.includes(field.type)) return refused('a field is of a type that forms do not have');
    if (asksForSecret(name, field)) return refused('it asks for a secret');
    properties[name] = withKeywords(field);
  }
  const required = Array.isArray(schema.required)
    ? schema.required.filter((name) => Object.hasOwn(properties, name))
    : [];
  const requestedSchema = { type: 'object', properties: { ...properties }, required };
  return { kind: 'form', form: { mode: 'form', message, requestedSchema } };
}

/** Names are written in many ways: `apiKey`, `api_key`, `API key`. */
function asksForSecret(name: string, field: Record<string, unknown>): boolean {
  const spaced = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').replaceAll(/[_-]+/g, ' ');
  const texts = [name, spaced, field.title, field.description, field.format].filter((text) => typeof text === 'string');
  return texts.some((text) => SECRET.test(text));
}

function withKeywords(field: Record<string, unknown>): object {
  const kept = Object.entries(field).filter(([keyword]) => KEYWORDS.includes(keyword));
  return Object.fromEntries(kept.map(([keyword, value]) => [keyword, withPlainChoices(keyword, value)]));
}

/** The choices of a field are values with names. A whole schema in their place could take for ever to check. */
function withPlainChoices(keyword: string, value: unknown): unknown {
  if (keyword === 'oneOf' || keyword === 'anyOf') {
    return Array.isArray(value) ? value.filter(isRecord).map(({ const: only, title }) => ({ const: only, title })) : [];
  }
  if (keyword !== 'items') return value;
  if (!isRecord(value)) return {};
  const kept = Object.entries(value).filter(([inner]) => ['type', 'enum', 'oneOf', 'anyOf'].includes(inner));
  return Object.fromEntries(kept.map(([inner, each]) => [inner, withPlainChoices(inner, each)]));
}

function refused(why: string): ReadForm {
  return { kind: 'refused', why };
}

import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { createRoutes } from '../../api/create-api.ts';
import { openApiDocument } from '../../api/openapi-document.ts';

/** The parts of a JSON Schema that are read here. */
export interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly [keyword: string]: unknown;
}

interface Media {
  readonly schema: Schema;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

export interface ResponseDescription {
  readonly headers?: Readonly<Record<string, { readonly required?: boolean }>>;
  readonly content: Readonly<Record<string, Media>>;
}

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, ResponseDescription>>;
}

export interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const never = () => {
  throw new Error('This API only describes itself.');
};

/** The content of `/openapi.json`, made without starting an API. */
export const description = openApiDocument(
  createRoutes({ follow: never, openStreams: never, close: never }),
  // Our document has operations under its paths and schemas under its components.
) as unknown as Description;

const ajv = new Ajv2020({ strict: false, validateFormats: false });
const validators = new Map<string, ValidateFunction>();
// Paths with fewer parameters come first, so that `/models/leaderboard` does not match `/models/{id}`.
const patterns = Object.keys(description.paths)
  .sort((one, other) => one.split('{').length - other.split('{').length)
  .map((path) => ({ path, pattern: patternOf(path) }));

function patternOf(path: string): RegExp {
  const restOfPath = path.endsWith('/context/{kind}/{name}');
  const pattern = path.replaceAll(/\{\w+\}/g, '[^/]+');
  return new RegExp(`^${restOfPath ? pattern.replace(/\[\^\/\]\+$/, '.+') : pattern}$`);
}

/**
 * Checks that the description of the API has an answer: its status, its type, its headers, and every field of its body,
 * with none missing and none added.
 * @throws Error that names the difference
 */
export function checkAnswer(
  request: { readonly method: string; readonly path: string },
  answer: { readonly status: number; readonly headers: Headers; readonly body: unknown },
): void {
  const { pathname } = new URL(request.path, 'http://api');
  const route = patterns.find(({ pattern }) => pattern.test(pathname))?.path;
  const operation = route === undefined ? undefined : description.paths[route]?.[request.method.toLowerCase()];
  const name = `${request.method} ${route ?? pathname} ${answer.status}`;
  const problem = (what: string) => new Error(`${name}: ${what}\n${JSON.stringify(answer.body)?.slice(0, 2_000)}`);
  if (operation === undefined) {
    if (![404, 405].includes(answer.status)) throw problem('the description has no such operation');
    check(`Error ${name}`, { $ref: '#/components/schemas/Error' }, answer.body, problem);
    return;
  }
  const described = operation.responses[answer.status];
  if (described === undefined) throw problem('the description has no such status');
  for (const [header, { required }] of Object.entries(described.headers ?? {})) {
    if (required && !answer.headers.has(header)) throw problem(`the header ${header} is missing`);
  }
  const [type = ''] = (answer.headers.get('content-type') ?? '').split(';');
  if (type === '' && answer.body === '' && Object.keys(described.content).length === 0) return;
  const media = described.content[type];
  if (media === undefined) throw problem(`the description has no content of type "${type}"`);
  if (type === 'application/json') check(name, media.schema, answer.body, problem);
}

/** Checks a frame of an event stream against EventFrame of the description. @throws Error that names the difference */
export function checkFrame(type: string, data: unknown): void {
  const problem = (what: string) => new Error(`event ${type}: ${what}\n${JSON.stringify(data)}`);
  const frames = description.components.schemas.EventFrame?.oneOf;
  const frame = Array.isArray(frames)
    ? frames.find(
        ({ properties }: Schema) => Array.isArray(properties?.event?.enum) && properties.event.enum[0] === type,
      )
    : undefined;
  const schema: Schema | undefined = frame?.properties.data.contentSchema;
  if (schema === undefined) throw problem('the description has no such frame');
  check(`event ${type}`, schema, data, problem);
}

/** @param problem makes an error that says what is wrong */
function check(name: string, schema: Schema, value: unknown, problem: (what: string) => Error): void {
  const valid = validators.get(name) ?? ajv.compile(closed(schema));
  validators.set(name, valid);
  if (!valid(value)) throw problem(ajv.errorsText(valid.errors));
}

/** The schema with its references resolved, in which objects have only the fields that it names. */
export function closed(schema: Schema): Schema {
  const { $ref, allOf = [], ...own } = schema;
  const parts = [...($ref === undefined ? [] : [referred($ref)]), ...allOf];
  if (parts.length > 0) return closed(parts.reduce(merged, own));
  const { oneOf, ...besides } = own;
  if (Array.isArray(oneOf) && own.properties !== undefined) {
    return { oneOf: oneOf.map((option: Schema) => closed(merged(option, besides))) };
  }
  const inner = Object.entries(own).map(([keyword, value]) => [keyword, closedWithin(keyword, value)]);
  const isOpen = own.properties === undefined || own.additionalProperties !== undefined;
  return { ...Object.fromEntries(inner), ...(isOpen ? {} : { additionalProperties: false }) };
}

function closedWithin(keyword: string, value: unknown): unknown {
  // JSON Schema says that the values of these keywords are schemas.
  if (['oneOf', 'anyOf', 'prefixItems'].includes(keyword)) return (value as Schema[]).map(closed);
  if (['items', 'additionalProperties'].includes(keyword) && typeof value === 'object') return closed(value as Schema);
  if (keyword !== 'properties') return value;
  return Object.fromEntries(
    Object.entries(value as Record<string, Schema>).map(([name, each]) => [name, closed(each)]),
  );
}

/** A schema that asks for what both ask for. */
function merged(one: Schema, other: Schema): Schema {
  const [first, second] = [resolved(one), resolved(other)];
  const properties: Record<string, Schema> = { ...first.properties };
  for (const [name, schema] of Object.entries(second.properties ?? {})) {
    const known = properties[name];
    properties[name] = known === undefined ? schema : merged(known, schema);
  }
  const required = [...(first.required ?? []), ...(second.required ?? [])];
  return {
    ...first,
    ...second,
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
    ...(required.length === 0 ? {} : { required: [...new Set(required)] }),
  };
}

function resolved(schema: Schema): Schema {
  const { $ref, allOf = [], ...own } = schema;
  return [...($ref === undefined ? [] : [referred($ref)]), ...allOf].reduce(merged, own);
}

function referred($ref: string): Schema {
  let place: unknown = description;
  for (const step of $ref.split('/').slice(1)) {
    place = Object.entries(place ?? {}).find(([name]) => name === step)?.[1];
  }
  if (place === undefined) throw new Error(`The description has no ${$ref}.`);
  // References of the document point to schemas.
  return place as Schema;
}

import { compile, type JSONSchema } from 'json-schema-to-typescript';
import { createNames, type Names, nameIn, pascal } from './names.ts';
import { openSchema } from './open-schema.ts';
import { type OpenApi, type Operation, operationsOf } from './operations.ts';

/** Where the package keeps its types. */
export const TYPES_FILE = new URL('../../../sdk/typescript/src/types.ts', import.meta.url);

const BANNER = `// Generated from the OpenAPI document by \`npm run sdk:types\`. Changes are made in contract/.

import type { Page } from './paging/page.ts';
`;

/** What the generator says of every definition. It says nothing to a reader. */
const REFERENCED = / \* This interface was referenced by `[^`]*`'s JSON-Schema\n \* via the `definition` "[^"]*"\.\n/g;

/** A component whose name is that of a class of JavaScript. */
const ERROR_BODY = 'ErrorBody';

/**
 * Writes the types of all requests, answers and events as TypeScript, beside the type of a page. A type is named after its
 * component in the document. What has no name there is named after its operation: `BudgetSetLimitParams`, `…Query`, `…Response`.
 */
export async function typescriptTypes(document: OpenApi): Promise<string> {
  const { EventFrame: _, Error: errorBody = {}, ...components } = document.components.schemas;
  const names = createNames();
  const operations = [...operationsOf(document)].sort(byName).map((each) => [each.id, typesOf(each, names)]);
  const events = eventsOf(document);
  const definitions = {
    ...Object.fromEntries(Object.entries(components).map(([name, schema]) => [name, openSchema(schema)])),
    [ERROR_BODY]: openSchema(errorBody),
    ...names.definitions,
    ...events,
  };
  const root = objectOf(Object.fromEntries(operations), 'What each operation takes and answers, by its `operationId`.');
  const text = await compile({ ...root, definitions }, 'Operations', {
    bannerComment: BANNER,
    additionalProperties: false,
    unreachableDefinitions: true,
    ignoreMinAndMaxItems: true,
    style: { singleQuote: true, printWidth: 120, bracketSpacing: true, trailingComma: 'all' },
  });
  return text.replaceAll(REFERENCED, '').replaceAll('/**\n */\n', '').replaceAll('\n *\n */', '\n */');
}

const OFTEN_SHARED = ['agentProfiles.list', 'agentProfiles.delete'];

/**
 * Operations whose types many share come first. Those of `agentRuns` come last: they are those of `sessions` under another
 * path, and take their names.
 */
function byName(one: Operation, other: Operation): number {
  const rank = ({ id }: Operation) => (OFTEN_SHARED.includes(id) ? 0 : id.startsWith('agentRuns.') ? 2 : 1);
  return rank(one) - rank(other) || (one.id < other.id ? -1 : 1);
}

function typesOf(operation: Operation, names: Names): JSONSchema {
  const { id, body, query } = operation;
  const parts: Record<string, JSONSchema> = {};
  if (body !== undefined) parts.body = names.refer(`${id} params`, body);
  if (query.length > 0) parts.query = names.refer(`${id} query`, queryOf(operation));
  parts.answer = answerOf(operation, names);
  return objectOf(parts);
}

function queryOf({ query }: Operation): JSONSchema {
  const properties = Object.fromEntries(query.map(({ name, schema }) => [name, schema]));
  return { type: 'object', properties, required: query.filter((each) => each.required).map(({ name }) => name) };
}

/** What the method of the operation gives: what was parsed from JSON, or else a text, or else a response with a file. */
function answerOf({ id, answers, media }: Operation, names: Names): JSONSchema {
  const [first, ...others] = answers.map((schema, index) =>
    parsedOf(index === 0 ? id : `${id} ${index}`, schema, names),
  );
  if (first !== undefined) return others.length === 0 ? first : { anyOf: [first, ...others] };
  return media.every((type) => /^text\/(plain|html)/.test(type)) ? { type: 'string' } : { tsType: 'Response' };
}

/** A list is `Page<Item>`. One with more fields than a list has keeps them. */
function parsedOf(id: string, schema: JSONSchema, names: Names): JSONSchema {
  const { data, next_cursor: cursor, ...others } = schema.properties ?? {};
  if (data?.items === undefined || cursor === undefined) return names.refer(`${id} answer`, schema);
  const item = names.refer(`${id} item`, data.items as JSONSchema);
  const page: JSONSchema = { tsType: `Page<${nameIn(item)}>` };
  if (Object.keys(others).length === 0) return page;
  const more = openSchema({ type: 'object', properties: others, required: Object.keys(others) });
  return names.define(`${id} page`, { allOf: [page, { ...more, additionalProperties: false }] });
}

/** The data of each type of event, from the frames of the stream, and the event that the log stores with it. */
function eventsOf(document: OpenApi): Record<string, JSONSchema> {
  const { EventFrame: frames, SessionEvent: stored } = document.components.schemas;
  const definitions: Record<string, JSONSchema> = {};
  const byType: Record<string, JSONSchema> = {};
  for (const { properties = {} } of frames?.oneOf ?? []) {
    const type = onlyValue(properties.event);
    const name = `${pascal(type)}Data`;
    definitions[name] = openSchema(resolve(document, properties.data?.contentSchema));
    byType[type] = { $ref: `#/definitions/${name}` };
  }
  const union = (stored?.oneOf ?? []).map(({ properties = {} }) => {
    const type = onlyValue(properties.type);
    return objectOf({ type: { enum: [type] }, data: byType[type] ?? {} });
  });
  return {
    ...definitions,
    SessionEvent: { oneOf: union },
    EventDataByType: objectOf(byType, 'The data of each type of event.'),
  };
}

function onlyValue(schema: JSONSchema | undefined): string {
  return String(schema?.enum?.[0]);
}

function resolve(document: OpenApi, schema: JSONSchema): JSONSchema {
  if (schema.$ref === undefined) return schema;
  return schema.$ref
    .split('/')
    .slice(1)
    .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], document) as JSONSchema;
}

function objectOf(properties: Readonly<Record<string, JSONSchema>>, description?: string): JSONSchema {
  const said = description === undefined ? {} : { description };
  return { ...said, type: 'object', additionalProperties: false, properties, required: Object.keys(properties) };
}

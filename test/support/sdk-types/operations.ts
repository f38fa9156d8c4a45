import type { JSONSchema } from 'json-schema-to-typescript';
import { description } from '../api-conformance.ts';

/** A parameter of an operation, as OpenAPI describes it. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JSONSchema;
}

interface Content {
  readonly [mediaType: string]: {
    readonly schema?: JSONSchema;
    readonly examples?: Record<string, { value: unknown }>;
  };
}

/** An operation of the OpenAPI document, as far as the SDKs know it. */
export interface Operation {
  /** `agentProfiles.list` */
  readonly id: string;
  readonly resource: string;
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  /** In the order in which the path names them. */
  readonly pathNames: readonly string[];
  readonly query: readonly Parameter[];
  readonly body: JSONSchema | undefined;
  readonly bodyRequired: boolean;
  readonly bodyExample: unknown;
  /** The JSON schemas of the answers that are no error, each once. */
  readonly answers: readonly JSONSchema[];
  /** The media types of the answers that are no error. */
  readonly media: readonly string[];
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JSONSchema>> };
}

/** The document as a client reads it from `/openapi.json`. */
export const openApi: OpenApi = JSON.parse(JSON.stringify(description));

interface Described {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

/** Every operation of the document, in its order. */
export function operationsOf(document: OpenApi): Operation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => operationOf(path, method, operation as Described)),
  );
}

function operationOf(path: string, method: string, described: Described): Operation {
  const { operationId: id, summary, parameters = [], requestBody, responses } = described;
  const [resource = '', name = ''] = id.split('.');
  const contents = Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .map(([, { content }]) => content ?? {});
  const schemas = contents.flatMap((content) => content['application/json']?.schema ?? []);
  const body = requestBody?.content['application/json'];
  return {
    id,
    resource,
    name,
    method,
    path,
    summary,
    pathNames: [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''),
    query: parameters.filter((parameter) => parameter.in === 'query'),
    body: body?.schema,
    bodyRequired: requestBody?.required ?? false,
    bodyExample: Object.values(body?.examples ?? {})[0]?.value,
    answers: [...new Map(schemas.map((schema) => [JSON.stringify(schema), schema])).values()],
    media: [...new Set(contents.flatMap((content) => Object.keys(content)))],
  };
}

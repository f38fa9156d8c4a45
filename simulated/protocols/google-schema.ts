import { isRecord, RefusedRequest } from '../conversation.ts';
import type { GoogleDeclaration } from './google-body.ts';

/** The members of Google's `Schema`. It is a part of OpenAPI 3.0, and any other member is refused. */
const KNOWN = new Set([
  ...['type', 'format', 'title', 'description', 'nullable', 'enum', 'default', 'example', 'anyOf', 'propertyOrdering'],
  ...['items', 'minItems', 'maxItems', 'properties', 'required', 'minProperties', 'maxProperties'],
  ...['minLength', 'maxLength', 'pattern', 'minimum', 'maximum'],
]);
const TYPES = new Set(['string', 'number', 'integer', 'boolean', 'array', 'object', 'null']);
const STRING_FORMATS = new Set(['enum', 'date-time']);
/** Beside `anyOf` nothing else may stand that says what a value is. */
const BESIDE_ANY_OF = new Set(['anyOf', 'description', 'title', 'nullable', 'default']);

/** What Google refuses in the parameters of functions. @throws RefusedRequest */
export function checkGoogleSchemas(declarations: readonly GoogleDeclaration[]): void {
  for (const [index, { name, parameters, parametersJsonSchema }] of declarations.entries()) {
    const at = `tools[0].function_declarations[${index}]`;
    if (parameters != null && parametersJsonSchema != null) {
      throw new RefusedRequest(`${at}: only one of parameters and parameters_json_schema may be set for ${name}`);
    }
    if (parameters == null) continue;
    const type = String(parameters.type).toLowerCase();
    if (type !== 'object') {
      throw new RefusedRequest(`* GenerateContentRequest.${at}.parameters: schema must be of type OBJECT for ${name}`);
    }
    checkSchema(parameters, `${at}.parameters`);
  }
}

function checkSchema(schema: unknown, at: string): void {
  const refuse = (what: string): never => {
    throw new RefusedRequest(`* GenerateContentRequest.${at}${what}`);
  };
  if (!isRecord(schema)) {
    refuse(': Proto field is not repeating, cannot start list or scalar.');
    return;
  }
  const unknown = Object.keys(schema).find((name) => !KNOWN.has(name));
  if (unknown !== undefined) {
    throw new RefusedRequest(`Invalid JSON payload received. Unknown name "${unknown}" at '${at}': Cannot find field.`);
  }
  if (Array.isArray(schema.anyOf)) {
    const beside = Object.keys(schema).find((name) => !BESIDE_ANY_OF.has(name));
    if (beside !== undefined) {
      refuse(`: when using any_of, it must be the only field set, but ${beside} is set, too`);
    }
    for (const [index, each] of schema.anyOf.entries()) checkSchema(each, `${at}.any_of[${index}]`);
    return;
  }
  const type = String(schema.type).toLowerCase();
  if (!TYPES.has(type)) refuse('.type: must be specified');
  checkEnum(schema, type, refuse);
  const { properties, items, required } = schema;
  if (properties !== undefined && type !== 'object') refuse('.properties: only allowed for OBJECT type');
  if (items !== undefined && type !== 'array') refuse('.items: only allowed for ARRAY type');
  if (type === 'array' && items === undefined) refuse('.items: missing field.');
  if (items !== undefined) checkSchema(items, `${at}.items`);
  const members = isRecord(properties) ? properties : {};
  for (const [name, each] of Object.entries(members)) checkSchema(each, `${at}.properties[${name}]`);
  if (!Array.isArray(required)) return;
  const missing = required.findIndex((name) => typeof name !== 'string' || !(name in members));
  if (missing !== -1) refuse(`.required[${missing}]: property is not defined`);
}

function checkEnum(
  { enum: values, format }: Record<string, unknown>,
  type: string,
  refuse: (what: string) => never,
): void {
  if (type === 'string' && typeof format === 'string' && !STRING_FORMATS.has(format)) {
    refuse(`.format: only 'enum' and 'date-time' are supported for STRING type`);
  }
  if (values === undefined) return;
  // Other types take an enum only with the format that says so.
  if (type !== 'string' && format !== 'enum') refuse('.enum: only allowed for STRING type');
  if (!Array.isArray(values)) return;
  const empty = values.findIndex((value) => typeof value !== 'string' || value === '');
  if (empty !== -1) refuse(`.enum[${empty}]: cannot be empty`);
}

import { isRecord, RefusedRequest } from '../conversation.ts';

export interface OfferedSchema {
  readonly name: string;
  readonly schema: Readonly<Record<string, unknown>> | undefined;
}

/** What a provider refuses in the schemas of tools, in its own words. */
export interface SchemaRules {
  /** The whole schema is no object, or has one of these members. */
  readonly notAtTop: readonly string[];
  readonly topRefusal: (tool: string, index: number) => string;
  readonly propertyNames: RegExp | undefined;
  readonly propertyRefusal: (index: number, pattern: string) => string;
  /** True when each array must say what its items are. */
  readonly arraysNeedItems: boolean;
}

export const openAiSchemaRules: SchemaRules = {
  notAtTop: ['oneOf', 'anyOf', 'allOf', 'enum', 'not'],
  topRefusal: (tool) =>
    `Invalid schema for function '${tool}': schema must be a JSON Schema of 'type: "object"' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level.`,
  propertyNames: undefined,
  propertyRefusal: () => '',
  arraysNeedItems: true,
};

export const anthropicSchemaRules: SchemaRules = {
  notAtTop: ['oneOf', 'anyOf', 'allOf'],
  topRefusal: (_, index) =>
    `tools.${index}.custom.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level`,
  propertyNames: /^[a-zA-Z0-9_.-]{1,64}$/,
  propertyRefusal: (index, pattern) =>
    `tools.${index}.custom.input_schema.properties: Property keys should match pattern '${pattern}'`,
  arraysNeedItems: false,
};

/** Refuses schemas that the real provider would refuse. @throws RefusedRequest */
export function refuseBadSchemas(tools: readonly OfferedSchema[], rules: SchemaRules): void {
  for (const [index, { name, schema }] of tools.entries()) {
    if (schema === undefined) continue;
    if (schema.type !== 'object' || rules.notAtTop.some((member) => member in schema)) {
      throw new RefusedRequest(rules.topRefusal(name, index), { code: 'invalid_function_parameters' });
    }
    const pattern = rules.propertyNames;
    const names = isRecord(schema.properties) ? Object.keys(schema.properties) : [];
    if (pattern !== undefined && names.some((each) => !pattern.test(each))) {
      throw new RefusedRequest(rules.propertyRefusal(index, pattern.source));
    }
    const bare = rules.arraysNeedItems ? arrayWithoutItems(schema, []) : undefined;
    if (bare !== undefined) {
      throw new RefusedRequest(
        `Invalid schema for function '${name}': In context=(${bare.map((step) => `'${step}'`).join(', ')}), array schema missing items.`,
        { code: 'invalid_function_parameters', param: `tools[${index}].function.parameters` },
      );
    }
  }
}

/** The path of the first array that does not say what its items are. */
function arrayWithoutItems(schema: unknown, path: readonly string[]): readonly string[] | undefined {
  if (!isRecord(schema)) return undefined;
  if (schema.type === 'array' && schema.items === undefined) return path;
  const below: readonly (readonly [readonly string[], unknown])[] = [
    ...Object.entries(isRecord(schema.properties) ? schema.properties : {}).map(([name, each]): [string[], unknown] => [
      ['properties', name],
      each,
    ]),
    [['items'], schema.items],
    ...['anyOf', 'oneOf', 'allOf'].flatMap((member) =>
      (Array.isArray(schema[member]) ? schema[member] : []).map((each, at): [string[], unknown] => [
        [member, String(at)],
        each,
      ]),
    ),
  ];
  for (const [steps, each] of below) {
    const found = arrayWithoutItems(each, [...path, ...steps]);
    if (found !== undefined) return found;
  }
  return undefined;
}

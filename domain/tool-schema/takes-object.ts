import { referredPart } from '../json-pointer.ts';
import { isRecord, type JsonRecord } from '../json-record.ts';
import { typeNamed } from './repair-keyword.ts';

/** The answers for the parts of one schema. Parts are shared through references, so each part is looked at once. */
interface Known {
  readonly root: JsonRecord;
  readonly never: Map<JsonRecord, boolean>;
  readonly every: Map<JsonRecord, boolean>;
}

/** Keywords that accept every object: those for other types of values, and those that only describe. */
const SAY_NOTHING_OF_OBJECTS = new Set([
  ...['minLength', 'maxLength', 'pattern', 'format', 'contentEncoding', 'contentMediaType', 'contentSchema'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['items', 'prefixItems', 'additionalItems', 'contains', 'minContains', 'maxContains', 'minItems', 'maxItems'],
  ...['uniqueItems', 'unevaluatedItems', 'title', 'description', 'default', 'examples', 'deprecated', 'readOnly'],
  ...['writeOnly', '$schema', '$id', '$anchor', '$dynamicAnchor', '$defs', 'definitions', '$comment', '$vocabulary'],
]);

/**
 * False if it is certain that no object is valid. The schema may be one that is not valid itself, and what is not
 * decided here counts as true: whether a schema can be met at all cannot be decided for every schema.
 */
export function takesObject(schema: unknown): boolean {
  if (!isRecord(schema)) return schema !== false;
  return !refusesAll(schema, { root: schema, never: new Map(), every: new Map() });
}

/** True if no object is valid. */
function refusesAll(schema: unknown, known: Known): boolean {
  if (!isRecord(schema)) return schema === false;
  return answered(schema, known.never, () => REFUSALS.some((refuses) => refuses(schema, known)));
}

/** True if every object is valid. */
function acceptsAll(schema: unknown, known: Known): boolean {
  if (!isRecord(schema)) return schema === true;
  return answered(schema, known.every, () =>
    Object.entries(schema).every(([keyword, value]) => acceptsAllBy(keyword, value, known)),
  );
}

function acceptsAllBy(keyword: string, value: unknown, known: Known): boolean {
  switch (keyword) {
    case 'type':
      return typesOf(value).includes('object');
    case '$ref':
      return acceptsAll(referredPart(known.root, value), known);
    case 'allOf':
      return listOf(value).every((part) => acceptsAll(part, known));
    case 'anyOf':
      return listOf(value).some((part) => acceptsAll(part, known));
    case 'oneOf':
      return (
        listOf(value).filter((part) => acceptsAll(part, known)).length === 1 &&
        listOf(value).filter((part) => !refusesAll(part, known)).length === 1
      );
    case 'not':
      return refusesAll(value, known);
    default:
      return SAY_NOTHING_OF_OBJECTS.has(keyword);
  }
}

/** The ways in which a schema refuses every object. Each is enough by itself. */
const REFUSALS: readonly ((schema: JsonRecord, known: Known) => boolean)[] = [
  ({ type }) => type !== undefined && !typesOf(type).some((each) => each === 'object' || each === undefined),
  (schema) => Object.hasOwn(schema, 'const') && !isRecord(schema.const),
  (schema) => Array.isArray(schema.enum) && !schema.enum.some(isRecord),
  ({ $ref }, known) => $ref !== undefined && refusesAll(referredPart(known.root, $ref), known),
  ({ allOf }, known) => listOf(allOf).some((part) => refusesAll(part, known)),
  ({ anyOf }, known) => Array.isArray(anyOf) && anyOf.every((part) => refusesAll(part, known)),
  ({ oneOf }, known) =>
    Array.isArray(oneOf) &&
    (oneOf.every((part) => refusesAll(part, known)) || oneOf.filter((part) => acceptsAll(part, known)).length > 1),
  (schema, known) => Object.hasOwn(schema, 'not') && acceptsAll(schema.not, known),
  refusesByCondition,
  refusesByNames,
];

/** `then` is asked of what `if` accepts, and `else` of the others. */
function refusesByCondition(schema: JsonRecord, known: Known): boolean {
  if (!Object.hasOwn(schema, 'if')) return false;
  const refusesThen = Object.hasOwn(schema, 'then') && refusesAll(schema.then, known);
  const refusesElse = Object.hasOwn(schema, 'else') && refusesAll(schema.else, known);
  return (
    (refusesThen && (refusesElse || acceptsAll(schema.if, known))) || (refusesElse && refusesAll(schema.if, known))
  );
}

/** True if it requires what it forbids: a name, or more names than there may be. */
function refusesByNames(schema: JsonRecord): boolean {
  const required = new Set(listOf(schema.required).filter((name) => typeof name === 'string'));
  const least = Math.max(required.size, countOf(schema.minProperties) ?? 0);
  if (least > (countOf(schema.maxProperties) ?? Number.POSITIVE_INFINITY)) return true;
  if (least > 0 && schema.propertyNames === false) return true;
  const properties = isRecord(schema.properties) ? schema.properties : {};
  const mayHaveOthers = schema.additionalProperties !== false || isFilled(schema.patternProperties);
  return [...required].some((name) => (Object.hasOwn(properties, name) ? properties[name] === false : !mayHaveOthers));
}

/** A schema that leads back to itself is undecided there. So neither answer is more than what is certain. */
function answered(schema: JsonRecord, answers: Map<JsonRecord, boolean>, decide: () => boolean): boolean {
  const before = answers.get(schema);
  if (before !== undefined) return before;
  answers.set(schema, false);
  const answer = decide();
  answers.set(schema, answer);
  return answer;
}

/** The types it names. Undefined stands for a word that is the name of none, which the meta-schema reports. */
function typesOf(value: unknown): (string | undefined)[] {
  return (Array.isArray(value) ? value : [value]).map(typeNamed);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function countOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function isFilled(value: unknown): boolean {
  return isRecord(value) && Object.keys(value).length > 0;
}

import { referredPart } from '../json-pointer.ts';
import { isRecord, type JsonRecord } from '../json-record.ts';

/** The keywords whose schemas are applied to the same value as the schema that they stand in. */
const LISTS = ['allOf', 'anyOf', 'oneOf'];
const SINGLE = ['not', 'if', 'then', 'else'];
const REFERENCES = ['$ref', '$dynamicRef', '$recursiveRef'];

/** Beyond this number, nobody needs to know how many more there are. */
const MANY = 1e9;

/**
 * The number of schemas that a validator may have to apply to one value. Two references to a schema that has two references
 * double it with every step, so a schema of 2 KB may have a trillion. Infinite: references lead back to themselves. What is
 * applied to parts of a value is not counted, since it grows with the value.
 */
export function checksOfOneValue(root: JsonRecord): number {
  const counted = new Map<unknown, number>();
  const checksOf = (schema: unknown): number => {
    if (!isRecord(schema)) return 0;
    const known = counted.get(schema);
    if (known !== undefined) return known;
    // A reference that leads back here before the sum is known goes round in a circle.
    counted.set(schema, Number.POSITIVE_INFINITY);
    let checks = 1;
    for (const applied of appliedInPlace(schema, root)) checks += checksOf(applied);
    const bounded = checks === Number.POSITIVE_INFINITY ? checks : Math.min(checks, MANY);
    counted.set(schema, bounded);
    return bounded;
  };
  let most = 0;
  const walk = (value: unknown) => {
    if (Array.isArray(value)) value.forEach(walk);
    if (!isRecord(value)) return;
    most = Math.max(most, checksOf(value));
    Object.values(value).forEach(walk);
  };
  walk(root);
  return most;
}

function appliedInPlace(schema: JsonRecord, root: JsonRecord): unknown[] {
  const { dependentSchemas } = schema;
  return [
    ...REFERENCES.map((keyword) => referredPart(root, schema[keyword])),
    ...LISTS.flatMap((keyword) => {
      const list = schema[keyword];
      return Array.isArray(list) ? list : [];
    }),
    ...SINGLE.map((keyword) => schema[keyword]),
    ...(isRecord(dependentSchemas) ? Object.values(dependentSchemas) : []),
  ];
}

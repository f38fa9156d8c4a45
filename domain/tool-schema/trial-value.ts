import { isRecord, type JsonRecord } from '../json-record.ts';

const MOST_PARTS = 500;
const MOST_DEPTH = 12;

/**
 * A value with all properties that a schema names, as deep as it names them. A schema is tried on it: one that takes too long
 * for such a value would take too long for the values of calls. It need not fit the schema.
 */
export function trialValue(schema: JsonRecord): unknown {
  let parts = 0;
  const trialOf = (given: unknown, depth: number): unknown => {
    parts += 1;
    if (!isRecord(given) || depth === 0 || parts > MOST_PARTS) return 'a';
    const { properties, items, prefixItems, type } = given;
    if (isRecord(properties)) {
      const members = Object.entries(properties).map(([name, each]) => [name, trialOf(each, depth - 1)] as const);
      return Object.fromEntries(members);
    }
    const item = Array.isArray(prefixItems) ? prefixItems[0] : items;
    if (item !== undefined) return Array.from({ length: 3 }, () => trialOf(item, depth - 1));
    return type === 'object' ? {} : 'a'.repeat(64);
  };
  return trialOf(schema, MOST_DEPTH);
}

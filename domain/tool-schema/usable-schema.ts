import { createArgumentValidator, isDraft07OrEarlier } from '../json-schema.ts';
import { deeperThan, storableJson } from '../storable-text.ts';
import { repairedSchema } from './repair-schema.ts';
import { checksOfOneValue } from './schema-cost.ts';
import { schemaProblem } from './schema-problem.ts';
import { takesObject } from './takes-object.ts';
import { trialValue } from './trial-value.ts';

export type UsableSchema =
  | {
      readonly kind: 'usable';
      readonly schema: Record<string, unknown>;
      /** The differences from what was sent, a sentence each. Empty: there are none. */
      readonly repairs: readonly string[];
    }
  | { readonly kind: 'unusable'; readonly reason: 'unusable_schema' | 'costly_schema'; readonly why: string };

/** Providers and validators walk schemas recursively. Those of real servers are nested some ten deep. */
export const MAX_SCHEMA_DEPTH = 64;
const MOST_REPAIRS_SAID = 20;
/** Schemas of real servers have a value checked against some ten. */
const MOST_CHECKS = 10_000;
const INTRICATE =
  /"(?:\$ref|\$dynamicRef|\$recursiveRef|anyOf|oneOf|allOf|not|if|pattern|patternProperties|contains)":/;
const NO_OBJECT = 'takes no object, and arguments are always one';

/**
 * The input schema of a tool as validators and providers take it. A strict provider refuses a whole request for one schema
 * that is none, so what is wrong is repaired where its meaning is plain, and else the schema is not used.
 */
export function usableSchema(sent: unknown): UsableSchema {
  if (sent === undefined || sent === null || sent === true) {
    return {
      kind: 'usable',
      schema: { type: 'object' },
      repairs: ['The tool has no input schema: it takes any object.'],
    };
  }
  if (sent === false) return unusable(NO_OBJECT);
  if (typeof sent !== 'object' || Array.isArray(sent)) return unusable('is no JSON object');
  if (deeperThan(sent, MAX_SCHEMA_DEPTH)) return unusable(`is nested more than ${MAX_SCHEMA_DEPTH} deep`);
  const repairs: string[] = [];
  const note = (where: string, how: string) => {
    repairs.push(`${where === '' ? 'The schema' : where}: ${how}.`);
  };
  // An object that is no list has names for its members.
  const given = storableJson(sent) as Record<string, unknown>;
  const schema = repairedSchema(given, isDraft07OrEarlier(given.$schema), note);
  if (!takesObject(schema)) return unusable(NO_OBJECT);
  const problem = schemaProblem(schema);
  if (problem !== undefined) return unusable(`is not valid: ${problem}`);
  const cost = costProblem(schema);
  if (cost !== undefined) return { kind: 'unusable', reason: 'costly_schema', why: `Its input schema ${cost}.` };
  // This takes as long as a call would, so a schema that takes too long is found when it is listed.
  if (isIntricate(schema)) tryOut(schema);
  const more = repairs.length - MOST_REPAIRS_SAID;
  const said = more > 0 ? [...repairs.slice(0, MOST_REPAIRS_SAID), `And ${more} more of the kind.`] : repairs;
  return { kind: 'usable', schema, repairs: said };
}

/** @param what follows "Its input schema" */
function unusable(what: string): UsableSchema {
  return { kind: 'unusable', reason: 'unusable_schema', why: `Its input schema ${what}.` };
}

/** Says that a schema is too costly to check anything against, behind "the schema". Undefined: its references do not multiply. */
export function costProblem(schema: Record<string, unknown>): string | undefined {
  const checks = checksOfOneValue(schema);
  if (checks <= MOST_CHECKS) return undefined;
  const many = checks === Number.POSITIVE_INFINITY ? 'without an end' : `against more than ${MOST_CHECKS} schemas`;
  return `is too costly: its references have one value checked ${many}`;
}

/** Plain schemas check in linear time, and compiling one takes milliseconds. */
function isIntricate(schema: Record<string, unknown>): boolean {
  return INTRICATE.test(JSON.stringify(schema));
}

function tryOut(schema: Record<string, unknown>): void {
  const validate = createArgumentValidator(schema);
  validate({});
  validate(trialValue(schema));
}

import { distance } from 'fastest-levenshtein';
import type { z } from 'zod';

/**
 * The names that a schema knows at a place of an input. Where the schema has alternatives, those that the input cannot mean are
 * left out if the input says which one it means.
 */
export function knownFields(schema: z.core.$ZodType, path: readonly string[], input: unknown): string[] {
  // Every schema of Zod is one of this union; the interface does not say it.
  const { def } = (schema as z.core.$ZodTypes)._zod;
  const [step, ...rest] = path;
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'readonly':
    case 'nonoptional':
    case 'catch':
      return knownFields(def.innerType, path, input);
    case 'pipe':
      return knownFields(def.in, path, input);
    case 'object': {
      if (step === undefined) return Object.keys(def.shape);
      const field = Object.hasOwn(def.shape, step) ? def.shape[step] : undefined;
      return field === undefined ? [] : knownFields(field, rest, fieldOf(input, step));
    }
    case 'array':
      return step === undefined ? [] : knownFields(def.element, rest, fieldOf(input, step));
    case 'record':
      return step === undefined ? [] : knownFields(def.valueType, rest, fieldOf(input, step));
    case 'union': {
      const meant = def.options.filter((option) => mayBeMeant(option, input));
      return [...new Set(meant.flatMap((option) => knownFields(option, path, input)))];
    }
    default:
      return [];
  }
}

/** False for an alternative whose fixed fields, such as `kind`, have other values in the input. */
function mayBeMeant(option: z.core.$ZodType, input: unknown): boolean {
  const { def } = (option as z.core.$ZodTypes)._zod;
  if (def.type !== 'object') return true;
  return Object.entries(def.shape).every(([name, field]) => {
    const given = fieldOf(input, name);
    const fixed = (field as z.core.$ZodTypes)._zod.def;
    return given === undefined || fixed.type !== 'literal' || fixed.values.some((value) => value === given);
  });
}

/** The value of an own field. */
export function fieldOf(input: unknown, step: string): unknown {
  return input !== null && typeof input === 'object' && Object.hasOwn(input, step)
    ? Object.entries(input).find(([name]) => name === step)?.[1]
    : undefined;
}

/** The share of a name that may be misspelt. */
const MISSPELT_SHARE = 0.4;
const MOST_NAMED = 30;
/** To compare a longer name takes long, and no known name is like it. */
const LONGEST_COMPARED = 100;

/** Says which known name somebody may have meant, or else which names there are. */
export function hintOfFields(given: string, known: readonly string[]): string {
  if (known.length === 0) return '';
  const named = known.slice(0, MOST_NAMED).join(', ');
  const all = ` Known are ${named}${known.length > MOST_NAMED ? ' and others' : ''}.`;
  if (given.length > LONGEST_COMPARED) return all;
  const plain = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  // Two known names may be spellings of one name. The one that was meant differs in fewer signs.
  const apart = (name: string) => distance(plain(given), plain(name)) + distance(given, name) / 1_000;
  const [nearest = ''] = known.toSorted((a, b) => apart(a) - apart(b));
  const most = Math.max(given.length, nearest.length) * MISSPELT_SHARE;
  if (distance(plain(given), plain(nearest)) <= most) return ` Did you mean "${nearest}"?`;
  return all;
}

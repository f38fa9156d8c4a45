/** Two numbers with more digits may be taken for the same one. */
const MOST_DIGITS = 15;
const PLAIN_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * Says why a value is not a number within bounds. A number may also be given as a text, in the spelling of JSON: any other spelling
 * (`1_000`, `1,000`, `0x3e8`, ` 7`) cannot be judged, because tools read it differently.
 * @param bounds `min` is 0 where only a `max` of 0 or more is given, since a negative amount may mean the opposite
 */
export function numberProblem(
  value: unknown,
  bounds: { readonly min?: number | undefined; readonly max?: number | undefined },
): string | undefined {
  const { max } = bounds;
  const min = bounds.min ?? (max !== undefined && max >= 0 ? 0 : undefined);
  const wanted = [
    'it must be a number',
    ...(min === undefined ? [] : [`of at least ${min}`]),
    ...(max === undefined ? [] : [`of at most ${max}`]),
  ].join(' ');
  const number = typeof value === 'number' ? value : typeof value === 'string' ? plainNumber(value) : undefined;
  if (number === undefined || !Number.isFinite(number)) return wanted;
  return (min !== undefined && number < min) || (max !== undefined && number > max) ? wanted : undefined;
}

function plainNumber(text: string): number | undefined {
  if (!PLAIN_NUMBER.test(text)) return undefined;
  const digits = text
    .replace(/[eE].*$/, '')
    .replace(/[^\d]/g, '')
    .replace(/^0+/, '');
  return digits.length > MOST_DIGITS ? undefined : Number(text);
}

const RULES = new Intl.PluralRules('en', { type: 'ordinal' });
const ENDINGS: Readonly<Record<string, string>> = { one: 'st', two: 'nd', few: 'rd' };
const WORDS = ['first', 'second', 'third'];

/** The place of a thing in an order, in English: first, second, third, 4th, 21st. */
export function ordinal(n: number): string {
  return WORDS[n - 1] ?? `${n}${ENDINGS[RULES.select(n)] ?? 'th'}`;
}

import { excessOf, jsonExcess } from './json-bounds.ts';

/**
 * JSON whose numbers are not changed by being read. JavaScript keeps integers up to 2^53 exactly and no number beyond
 * 1.8e308; an id that a model wrote must not reach a tool as another id. Such a number is read as a string that holds
 * its digits behind a mark.
 */

/** A private character, which no provider sends. */
const MARK = '\uE0FF#';
const MARKED = /"\uE0FF#([^"]*)"/g;
/** A string that does not end takes all the rest, so that no part of a text is looked at twice. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)|-?\b(?:Infinity|NaN)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;
/** Cheap, and true for every text that holds a number worth a closer look. */
const MAY_BE_INEXACT = /\d{16}|\d[eE][+-]?\d|\b(?:Infinity|NaN)\b/;

/**
 * Parses JSON of a model. Numbers that JavaScript can't hold become marked strings.
 * @throws SyntaxError also for JSON that exceeds the bounds
 */
export function parseMarked(text: string): unknown {
  const excess = jsonExcess(text);
  if (excess !== undefined) throw new SyntaxError(`the JSON ${excessOf(excess)}`);
  return JSON.parse(MAY_BE_INEXACT.test(text) ? marked(text) : text);
}

/** The JSON text of a value of `parseMarked`, with each number as it was written. */
export function unmarkedText(value: unknown): string {
  return JSON.stringify(value).replace(MARKED, '$1');
}

/** True when the JSON text holds a number that JavaScript would change. */
export function hasInexactNumber(text: string): boolean {
  return MAY_BE_INEXACT.test(text) && marked(text) !== text;
}

/** A value of `parseMarked` with the digits of its marked numbers as plain strings. */
export function digitsAsStrings(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll(`"${MARK}`, '"'));
}

/** The JSON text with a string in place of each number that JavaScript would change. */
export function withExactNumbers(text: string): string {
  return MAY_BE_INEXACT.test(text) ? quoted(text, '') : text;
}

function marked(text: string): string {
  return quoted(text, MARK);
}

function quoted(text: string, mark: string): string {
  return text.replace(TOKENS, (token) => {
    if (token.startsWith('"') || isExact(token)) return token;
    return JSON.stringify(mark + token);
  });
}

/** True when reading the number keeps its value. Fractions below 2^53 count as exact: they are doubles everywhere. */
function isExact(token: string): boolean {
  const value = Number(token);
  if (!Number.isFinite(value)) return false;
  if (value === 0) return /^-?[0.]+(?:[eE]|$)/.test(token);
  if (Math.abs(value) < Number.MAX_SAFE_INTEGER) return true;
  return sameDecimal(token, String(value)) || sameDecimal(token, BigInt(value).toString());
}

function sameDecimal(left: string, right: string): boolean {
  return decimal(left) === decimal(right);
}

/** Digits without zeros at either end, and the power of ten behind them: equal for equal numbers. */
function decimal(token: string): string {
  const [mantissa = '', exponent = '0'] = token.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  const power = Number(exponent) - fraction.length + (digits.length - significant.length);
  return `${significant}e${power}`;
}

import { InvalidArgumentError } from 'commander';
import { z } from 'zod';

/** A number that is not negative, such as an amount in US dollars. */
export function numberOption(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number) || number < 0) throw new InvalidArgumentError('It is no number.');
  return number;
}

export function countOption(value: string): number {
  const number = numberOption(value);
  if (!Number.isSafeInteger(number)) throw new InvalidArgumentError('It is no whole number.');
  return number;
}

/** An option that may be given several times. */
export function collected(value: string, earlier: string[] = []): string[] {
  return [...earlier, value];
}

const objectSchema = z.record(z.string(), z.unknown());

/** @param name of the option, for the message */
export function jsonObject(name: string): (value: string) => Record<string, unknown> {
  return (value) => {
    try {
      return objectSchema.parse(JSON.parse(value));
    } catch {
      throw new InvalidArgumentError(`${name} takes a JSON object, like '{"team":"research"}'.`);
    }
  };
}

/** The fields that were given. */
export function givenOf<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>; // Object.entries knows no keys.
}

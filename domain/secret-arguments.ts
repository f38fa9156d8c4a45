import { namedSecretsIn } from './guardrails/named-secrets.ts';
import { maskedAddress, restoredAddress, secretPartsOf } from './secret-address.ts';

/** An option whose next argument is a secret. */
const OPTION_OF_SECRET = /^--?[\w-]*(?:key|token|secret|password|passwd|pwd|credentials?|auth)$/i;
const ADDRESS = /^[a-z][a-z0-9+.-]*:\/\//i;

/** The secrets in one argument of a command. @param before the argument in front of it */
function secretsIn(
  argument: string,
  before: string | undefined,
): readonly { start: number; end: number; value: string }[] {
  if (before !== undefined && OPTION_OF_SECRET.test(before) && !argument.startsWith('-')) {
    return [{ start: 0, end: argument.length, value: argument }];
  }
  if (ADDRESS.test(argument)) return secretPartsOf(argument);
  return namedSecretsIn(argument).map(({ start, end }) => ({ start, end, value: argument.slice(start, end) }));
}

/** The secrets in the arguments of a command. */
export function secretArgumentsOf(args: readonly string[]): string[] {
  return args.flatMap((argument, index) => secretsIn(argument, args[index - 1]).map(({ value }) => value));
}

/** The arguments of a command with each secret replaced by a mask. */
export function maskedArguments(args: readonly string[], mask: string): string[] {
  return args.map((argument, index) => masked(argument, args[index - 1], mask));
}

/** The arguments with each one that is the mask of a stored one at the same place replaced by it. */
export function restoredArguments(args: readonly string[], stored: readonly string[], mask: string): string[] {
  return args.map((argument, index) => {
    const known = stored[index];
    if (known === undefined || !argument.includes(mask)) return argument;
    if (masked(known, stored[index - 1], mask) === argument) return known;
    return ADDRESS.test(argument) ? restoredAddress(argument, known, mask) : argument;
  });
}

function masked(argument: string, before: string | undefined, mask: string): string {
  if (ADDRESS.test(argument) && !(before !== undefined && OPTION_OF_SECRET.test(before))) {
    return maskedAddress(argument, mask);
  }
  return secretsIn(argument, before).reduceRight(
    (left, { start, end }) => left.slice(0, start) + mask + left.slice(end),
    argument,
  );
}

import { ServiceError } from '../service/verb/service-error.ts';
import { checkJsonValue } from './json-value.ts';
import type { Route } from './route.ts';

/**
 * Reads the query of a request. A parameter that its route does not know is refused, since a misspelt filter would show
 * what it was meant to keep back.
 * @throws ServiceError unknown_field, or invalid_request for a name that is given twice or text that cannot be stored
 */
export function readQuery(url: string, { query }: Pick<Route, 'query'>): Record<string, string> {
  const known = Object.keys(query?.shape ?? {});
  const values = new Map<string, string>();
  for (const [name, value] of new URL(url).searchParams) {
    if (!known.includes(name)) throw unknownParameter(name, known);
    if (values.has(name)) {
      throw new ServiceError('invalid_request', `"${name}": is given more than once.`, { param: name });
    }
    values.set(name, value);
  }
  const read = Object.fromEntries(values);
  checkJsonValue(read);
  return read;
}

function unknownParameter(name: string, known: readonly string[]): ServiceError {
  const hint = known.length === 0 ? 'There are none here.' : `Known are ${known.join(', ')}.`;
  return new ServiceError('unknown_field', `Unknown query parameter "${name}". ${hint}`, { param: name });
}

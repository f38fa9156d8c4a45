import type { ElicitationForm, FormContent } from '../../contract/forms.ts';
import { compiledSchema } from '../../domain/json-schema.ts';
import { ServiceError } from '../verb/service-error.ts';

/**
 * Checks what a person entered against the form. The schema was reduced to plain keywords when it was read.
 * @throws ServiceError invalid_request
 */
export function requireFits(form: ElicitationForm, content: FormContent | undefined): void {
  if (form.mode === 'url') {
    if (content === undefined) return;
    throw refusal('content', 'has no place: the person answers at the address');
  }
  if (content === undefined) throw refusal('content', 'is required to accept a form');
  const fits = checkOf(form.requestedSchema);
  if (fits(content)) return;
  const { instancePath = '', message = 'does not fit the form', params } = fits.errors?.[0] ?? {};
  const named: unknown = params?.missingProperty ?? params?.additionalProperty;
  const path = ['content', ...instancePath.split('/').slice(1), ...(typeof named === 'string' ? [named] : [])];
  throw refusal(path.join('.'), message);
}

function checkOf(schema: Record<string, unknown>): ReturnType<typeof compiledSchema> {
  try {
    return compiledSchema({ ...schema, additionalProperties: false });
  } catch {
    throw refusal('content', 'cannot be checked, because the schema of the server is malformed. Decline the form');
  }
}

function refusal(param: string, why: string): ServiceError {
  return new ServiceError('invalid_request', `"${param}": ${why}.`, { param });
}

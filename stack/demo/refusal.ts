import { StackError } from '../error.ts';

/** The error for a service that does not answer at its address. */
export function noAnswer({ baseUrl }: { readonly baseUrl: string }, cause?: unknown): StackError {
  return new StackError(`The service at ${baseUrl} does not answer.`, cause);
}

/** The error for a request that should have worked: what the service answered, in one sentence. */
export async function refusal(what: string, response: Response): Promise<StackError> {
  const body = await response.text().catch(() => '');
  return new StackError(`The service answered ${response.status} to ${what}: ${messageIn(body)}`);
}

function messageIn(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: { message?: unknown } }; // Any shape: read with care below.
    if (typeof error?.message === 'string') return error.message;
  } catch {
    // Not JSON: shown as it is.
  }
  return body.slice(0, 300) || 'nothing';
}

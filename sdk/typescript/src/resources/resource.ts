import type { Requester } from '../http/request.ts';

/**
 * The methods of one part of the API. Each of them sends one request, and takes the parameters of the path, then the body, then
 * the query, then options. Beside what a method names, any may throw AuthenticationError (wrong key), PermissionDeniedError
 * (`missing_scope`), BadRequestError, RateLimitError, ServerError, ConnectionError, TimeoutError and AbortedError.
 */
export abstract class Resource {
  protected readonly client: Requester;

  constructor(client: Requester) {
    this.client = client;
  }
}

import { bodyLimit } from 'hono/body-limit';
import { ServiceError } from '../service/verb/service-error.ts';

const MAX_BODY_BYTES = 1024 * 1024;

/**
 * Lets at most 1 MiB of a body through. A declared length is judged before anything is read; a body without one is
 * read up to the limit. It stands behind the check of the key, so that nothing is read for strangers.
 * @throws ServiceError body_too_large
 */
export const limitBody = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError() {
    throw new ServiceError('body_too_large', 'The body must be at most 1 MiB.');
  },
});

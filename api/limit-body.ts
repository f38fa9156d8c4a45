import { bodyLimit } from 'hono/body-limit';
import { ServiceError } from '../service/verb/service-error.ts';

const MAX_BODY_BYTES = 1024 * 1024;

/**
 * Refuses a body of more than 1 MiB. A declared length is compared before anything is read; a body without one is read
 * up to the limit. The key is checked before, so nothing is read for strangers.
 * @throws ServiceError body_too_large
 */
export const limitBody = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError() {
    throw new ServiceError('body_too_large', 'The body must be at most 1 MiB.');
  },
});

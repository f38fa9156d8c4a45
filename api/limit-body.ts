import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { abortable } from '../processes/abortable.ts';
import { ServiceError } from '../service/verb/service-error.ts';
import type { ApiEnv } from './route.ts';

const MAX_BODY_BYTES = 1024 * 1024;

const limited = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError() {
    throw new ServiceError('body_too_large', 'The body must be at most 1 MiB.');
  },
});

/**
 * Refuses a body of more than 1 MiB. A declared length is compared before anything is read; a body without one is read
 * up to the limit, and no further when the tenant is suspended meanwhile. The key is checked before, so nothing is read for
 * strangers.
 * @throws ServiceError body_too_large, tenant_suspended
 */
export const limitBody: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const read = Promise.resolve(limited(c, async () => undefined));
  const suspended = c.get('suspended');
  await (suspended === undefined ? read : abortable(read, suspended));
  await next();
};

import type { ApiPromise } from '../http/api-promise.ts';
import type { RequestOptions } from '../http/request.ts';
import type { Page } from '../paging/page.ts';
import type { Limit } from '../types.ts';
import { Resource } from './resource.ts';

/** Limits of the tenant. */
export class Limits extends Resource {
  /**
   * Show the limits of the tenant and how much of each is in use. Needs a key with scope `read`.
   */
  get(options?: RequestOptions): ApiPromise<Page<Limit>> {
    return this.client.request({ method: 'GET', path: '/v1/limits', options });
  }
}

import type { ApiPromise } from '../http/api-promise.ts';
import type { RequestOptions } from '../http/request.ts';
import type { HealthLiveResponse, HealthReadyResponse } from '../types.ts';
import { Resource } from './resource.ts';

/** Whether the service works. These methods need no key. */
export class Health extends Resource {
  /**
   * Check that this process answers.
   */
  live(options?: RequestOptions): ApiPromise<HealthLiveResponse> {
    return this.client.request({ method: 'GET', path: '/health/live', options });
  }

  /**
   * Check that the services it needs answer, too.
   * @throws ServerError with status 503 where one of them does not answer
   */
  ready(options?: RequestOptions): ApiPromise<HealthReadyResponse> {
    return this.client.request({ method: 'GET', path: '/health/ready', options });
  }
}

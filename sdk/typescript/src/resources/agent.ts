import type { ApiPromise } from '../http/api-promise.ts';
import type { RequestOptions } from '../http/request.ts';
import type { AgentBootstrap, AgentBootstrapParams } from '../types.ts';
import { Resource } from './resource.ts';

/** Makes agents ready to run. */
export class Agent extends Resource {
  /**
   * Create an agent; repeating it with the same values changes nothing. Needs a key with scope `admin`.
   * @throws ConflictError `agent_exists`
   */
  bootstrap(body: AgentBootstrapParams, options?: RequestOptions): ApiPromise<AgentBootstrap> {
    return this.client.request({ method: 'POST', path: '/v1/agent/bootstrap', body, options });
  }
}

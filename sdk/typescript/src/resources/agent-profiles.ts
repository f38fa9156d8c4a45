import type { ApiPromise } from '../http/api-promise.ts';
import type { RequestOptions } from '../http/request.ts';
import type { PagePromise } from '../paging/page-promise.ts';
import type {
  AgentProfile,
  AgentProfilesCreateParams,
  AgentProfilesTransitionParams,
  AgentProfilesUpdateParams,
  Deleted,
  PageQuery,
} from '../types.ts';
import { path } from './path.ts';
import { Resource } from './resource.ts';

/** Agents: who they are, what they may spend, and whether they may run. */
export class AgentProfiles extends Resource {
  /**
   * List agents, newest first. Needs a key with scope `read`.
   */
  list(query?: PageQuery, options?: RequestOptions): PagePromise<AgentProfile> {
    return this.client.getPage('/v1/agent/profiles', query, options);
  }

  /**
   * Create an agent. Needs a key with scope `admin`.
   * @throws ConflictError `agent_exists`
   */
  create(body: AgentProfilesCreateParams, options?: RequestOptions): ApiPromise<AgentProfile> {
    return this.client.request({ method: 'POST', path: '/v1/agent/profiles', body, options });
  }

  /**
   * Read an agent. Needs a key with scope `read`.
   * @throws NotFoundError `agent_not_found`
   */
  get(agentId: string, options?: RequestOptions): ApiPromise<AgentProfile> {
    return this.client.request({ method: 'GET', path: path`/v1/agent/profiles/${agentId}`, options });
  }

  /**
   * Change an agent. Needs a key with scope `admin`.
   * @throws NotFoundError `agent_not_found`
   */
  update(agentId: string, body: AgentProfilesUpdateParams, options?: RequestOptions): ApiPromise<AgentProfile> {
    return this.client.request({ method: 'PATCH', path: path`/v1/agent/profiles/${agentId}`, body, options });
  }

  /**
   * Terminate an agent. It runs no more, stays readable with its sessions, and can be activated again. Needs a key
   * with scope `admin`.
   * @throws NotFoundError `agent_not_found`
   */
  delete(agentId: string, options?: RequestOptions): ApiPromise<Deleted> {
    return this.client.request({ method: 'DELETE', path: path`/v1/agent/profiles/${agentId}`, options });
  }

  /**
   * Activate, suspend or terminate an agent. Needs a key with scope `admin`.
   * @throws NotFoundError `agent_not_found`
   */
  transition(agentId: string, body: AgentProfilesTransitionParams, options?: RequestOptions): ApiPromise<AgentProfile> {
    return this.client.request({ method: 'PATCH', path: path`/v1/agent/profiles/lifecycle/${agentId}`, body, options });
  }
}

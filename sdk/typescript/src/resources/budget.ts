import type { ApiPromise } from '../http/api-promise.ts';
import type { RequestOptions } from '../http/request.ts';
import type { AgentBudget, BudgetSetLimitParams, BudgetStatus } from '../types.ts';
import { Resource } from './resource.ts';

/** Daily budgets of agents, in US dollars. */
export class Budget extends Resource {
  /**
   * Show what every agent has spent today and may still spend. Needs a key with scope `read`.
   */
  status(options?: RequestOptions): ApiPromise<BudgetStatus> {
    return this.client.request({ method: 'GET', path: '/v1/budget/status', options });
  }

  /**
   * Set the daily budget of an agent. Needs a key with scope `admin`.
   * @throws NotFoundError `agent_not_found`
   */
  setLimit(body: BudgetSetLimitParams, options?: RequestOptions): ApiPromise<AgentBudget> {
    return this.client.request({ method: 'PUT', path: '/v1/budget/limits', body, options });
  }
}

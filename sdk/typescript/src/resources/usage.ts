import type { ApiPromise } from '../http/api-promise.ts';
import type { RequestOptions } from '../http/request.ts';
import type { PagePromise } from '../paging/page-promise.ts';
import type {
  CostOfCostCenter,
  CostOfOwner,
  UsageByCostCenter,
  UsageByOwner,
  UsageListQuery,
  UsageQuery,
  UsageSummary,
} from '../types.ts';
import { Resource } from './resource.ts';

/** What runs have cost, in US dollars. */
export class Usage extends Resource {
  /**
   * Sum up cost and tokens of a period, by model. Needs a key with scope `read`.
   */
  summary(query?: UsageQuery, options?: RequestOptions): ApiPromise<UsageSummary> {
    return this.client.request({ method: 'GET', path: '/v1/usage/summary', query, options });
  }

  /**
   * Sum up the cost of a period, by department. Needs a key with scope `read`.
   */
  byCostCenter(query?: UsageListQuery, options?: RequestOptions): PagePromise<CostOfCostCenter, UsageByCostCenter> {
    return this.client.getPage('/v1/usage/by-cost-center', query, options);
  }

  /**
   * Sum up the cost of a period, by agent. Needs a key with scope `read`.
   */
  byOwner(query?: UsageListQuery, options?: RequestOptions): PagePromise<CostOfOwner, UsageByOwner> {
    return this.client.getPage('/v1/usage/by-owner', query, options);
  }
}

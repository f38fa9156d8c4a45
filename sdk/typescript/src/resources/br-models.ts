import type { ApiPromise } from '../http/api-promise.ts';
import type { RequestOptions } from '../http/request.ts';
import type { Page } from '../paging/page.ts';
import type { PagePromise } from '../paging/page-promise.ts';
import type { BrModelsLeaderboardQuery, LeaderboardEntry, Model, PageQuery } from '../types.ts';
import { Resource } from './resource.ts';

/** Models that runs may choose from, and what routing has learned of them. */
export class BrModels extends Resource {
  /**
   * List the models a run may choose from. Needs a key with scope `read`.
   */
  list(query?: PageQuery, options?: RequestOptions): PagePromise<Model> {
    return this.client.getPage('/v1/models', query, options);
  }

  /**
   * Show what routing has learned of the models, by task class. Needs a key with scope `read`.
   */
  leaderboard(query?: BrModelsLeaderboardQuery, options?: RequestOptions): ApiPromise<Page<LeaderboardEntry>> {
    return this.client.request({ method: 'GET', path: '/v1/models/leaderboard', query, options });
  }
}

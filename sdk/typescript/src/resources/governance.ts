import type { ApiPromise } from '../http/api-promise.ts';
import type { RequestOptions } from '../http/request.ts';
import type { PagePromise } from '../paging/page-promise.ts';
import type { AuditEntry, AuditStats, GovernanceAuditQuery, GovernanceSummary } from '../types.ts';
import { Resource } from './resource.ts';

/** What governs the agents, and the trail of what was changed. */
export class Governance extends Resource {
  /**
   * Sum up what governs the agents, and what waits for a person. Needs a key with scope `read`.
   */
  summary(options?: RequestOptions): ApiPromise<GovernanceSummary> {
    return this.client.request({ method: 'GET', path: '/v1/governance/summary', options });
  }

  /**
   * List every entry of the audit, newest first. Needs a key with scope `admin`.
   */
  audit(query?: GovernanceAuditQuery, options?: RequestOptions): PagePromise<AuditEntry> {
    return this.client.getPage('/v1/governance/audit', query, options);
  }

  /**
   * Count the entries of the audit of the last 30 days. Needs a key with scope `admin`.
   */
  auditStats(options?: RequestOptions): ApiPromise<AuditStats> {
    return this.client.request({ method: 'GET', path: '/v1/governance/audit/stats', options });
  }
}

import type { ApiPromise } from '../http/api-promise.ts';
import type { RequestOptions } from '../http/request.ts';
import type { PagePromise } from '../paging/page-promise.ts';
import type { Approval, ApprovalsApproveParams, ApprovalsDenyParams, ApprovalsListQuery } from '../types.ts';
import { path } from './path.ts';
import { Resource } from './resource.ts';

/** Tool calls that wait for a person, and their answers. */
export class Approvals extends Resource {
  /**
   * List what waits for a person, and what did, newest first. Needs a key with scope `read`.
   */
  list(query?: ApprovalsListQuery, options?: RequestOptions): PagePromise<Approval> {
    return this.client.getPage('/v1/mcp/approvals', query, options);
  }

  /**
   * Read what waits for a person, or did. Needs a key with scope `read`.
   * @throws NotFoundError `approval_not_found`
   */
  get(approvalId: string, options?: RequestOptions): ApiPromise<Approval> {
    return this.client.request({ method: 'GET', path: path`/v1/mcp/approvals/${approvalId}`, options });
  }

  /**
   * Let a call be made that waits for approval. Needs a key with scope `run`.
   * @throws NotFoundError `approval_not_found`
   * @throws ConflictError `not_an_approval`, `session_ended`, `session_interrupted`, `already_answered`,
   * `approval_expired`, `policy_outranked`
   */
  approve(approvalId: string, body: ApprovalsApproveParams, options?: RequestOptions): ApiPromise<Approval> {
    return this.client.request({ method: 'POST', path: path`/v1/mcp/approvals/${approvalId}/approve`, body, options });
  }

  /**
   * Have a call not be made that waits for approval. Needs a key with scope `run`.
   * @throws NotFoundError `approval_not_found`
   * @throws ConflictError `not_an_approval`, `session_ended`, `session_interrupted`, `already_answered`,
   * `approval_expired`, `policy_outranked`
   */
  deny(approvalId: string, body: ApprovalsDenyParams, options?: RequestOptions): ApiPromise<Approval> {
    return this.client.request({ method: 'POST', path: path`/v1/mcp/approvals/${approvalId}/deny`, body, options });
  }
}

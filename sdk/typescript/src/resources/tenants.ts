import type { ApiPromise } from '../http/api-promise.ts';
import type { RequestOptions } from '../http/request.ts';
import type { PagePromise } from '../paging/page-promise.ts';
import type {
  CreatedTenant,
  PageQuery,
  Tenant,
  TenantsCreateParams,
  TenantsSuspendParams,
  TenantsUpdateParams,
  TenantWithUse,
} from '../types.ts';
import { path } from './path.ts';
import { Resource } from './resource.ts';

/** Tenants of the service. Only admins of the first tenant may use these methods. */
export class Tenants extends Resource {
  /**
   * List tenants, newest first, with what each costs now. Needs a key with scope `admin` of the first tenant.
   */
  list(query?: PageQuery, options?: RequestOptions): PagePromise<Tenant> {
    return this.client.getPage('/v1/tenants', query, options);
  }

  /**
   * Make a tenant with its first key. Needs a key with scope `admin` of the first tenant.
   */
  create(body: TenantsCreateParams, options?: RequestOptions): ApiPromise<CreatedTenant> {
    return this.client.request({ method: 'POST', path: '/v1/tenants', body, options });
  }

  /**
   * Show what a tenant costs and uses. Needs a key with scope `admin` of the first tenant.
   * @throws NotFoundError `tenant_not_found`
   */
  get(tenantId: string, options?: RequestOptions): ApiPromise<TenantWithUse> {
    return this.client.request({ method: 'GET', path: path`/v1/tenants/${tenantId}`, options });
  }

  /**
   * Change the name, the weight or the limits of a tenant. Needs a key with scope `admin` of the first tenant.
   * @throws NotFoundError `tenant_not_found`
   */
  update(tenantId: string, body: TenantsUpdateParams, options?: RequestOptions): ApiPromise<Tenant> {
    return this.client.request({ method: 'PATCH', path: path`/v1/tenants/${tenantId}`, body, options });
  }

  /**
   * Stop a tenant at once: it may read, and its sessions are paused or terminated. Needs a key with scope `admin` of
   * the first tenant.
   * @throws NotFoundError `tenant_not_found`
   * @throws ConflictError `tenant_is_operator`
   */
  suspend(tenantId: string, body: TenantsSuspendParams = {}, options?: RequestOptions): ApiPromise<Tenant> {
    return this.client.request({ method: 'POST', path: path`/v1/tenants/${tenantId}/suspend`, body, options });
  }

  /**
   * Let a suspended tenant go on, with its paused sessions. Needs a key with scope `admin` of the first tenant.
   * @throws NotFoundError `tenant_not_found`
   */
  resume(tenantId: string, options?: RequestOptions): ApiPromise<Tenant> {
    return this.client.request({ method: 'POST', path: path`/v1/tenants/${tenantId}/resume`, options });
  }
}

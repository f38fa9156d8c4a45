import type { ApiPromise } from '../http/api-promise.ts';
import type { RequestOptions } from '../http/request.ts';
import type { PagePromise } from '../paging/page-promise.ts';
import type { ApiKey, ApiKeysCreateParams, CreatedApiKey, Deleted, PageQuery } from '../types.ts';
import { path } from './path.ts';
import { Resource } from './resource.ts';

/** API keys of the tenant. */
export class ApiKeys extends Resource {
  /**
   * List API keys, newest first. Needs a key with scope `admin`.
   */
  list(query?: PageQuery, options?: RequestOptions): PagePromise<ApiKey> {
    return this.client.getPage('/v1/api-keys', query, options);
  }

  /**
   * Make an API key; it is shown this once. Needs a key with scope `admin`.
   */
  create(body: ApiKeysCreateParams = {}, options?: RequestOptions): ApiPromise<CreatedApiKey> {
    return this.client.request({ method: 'POST', path: '/v1/api-keys', body, options });
  }

  /**
   * Revoke an API key. Needs a key with scope `admin`.
   * @throws NotFoundError `api_key_not_found`
   */
  revoke(keyId: string, options?: RequestOptions): ApiPromise<Deleted> {
    return this.client.request({ method: 'DELETE', path: path`/v1/api-keys/${keyId}`, options });
  }
}

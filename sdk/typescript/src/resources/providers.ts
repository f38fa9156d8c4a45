import type { ApiPromise } from '../http/api-promise.ts';
import type { RequestOptions } from '../http/request.ts';
import type { Page } from '../paging/page.ts';
import type { PagePromise } from '../paging/page-promise.ts';
import type {
  Deleted,
  PageQuery,
  PatchProvider,
  Provider,
  ProviderKind,
  ProviderTest,
  RegisterProvider,
} from '../types.ts';
import { path } from './path.ts';
import { Resource } from './resource.ts';

/** Providers of models, which the tenant has connected. */
export class Providers extends Resource {
  /**
   * List connected providers, newest first, keys masked. Needs a key with scope `read`.
   */
  list(query?: PageQuery, options?: RequestOptions): PagePromise<Provider> {
    return this.client.getPage('/v1/providers', query, options);
  }

  /**
   * Connect a provider; its key is sealed at rest. Needs a key with scope `admin`.
   * @throws BadRequestError `unknown_provider`, `address_not_allowed`
   * @throws ConflictError `provider_exists`
   */
  register(body: RegisterProvider, options?: RequestOptions): ApiPromise<Provider> {
    return this.client.request({ method: 'POST', path: '/v1/providers', body, options });
  }

  /**
   * List the kinds of providers that can be connected. Needs a key with scope `read`.
   */
  catalog(options?: RequestOptions): ApiPromise<Page<ProviderKind>> {
    return this.client.request({ method: 'GET', path: '/v1/providers/catalog', options });
  }

  /**
   * Ask a provider for one word, to see whether address and key work. Needs a key with scope `admin`.
   * @throws BadRequestError `unknown_provider`, `address_not_allowed`, `unknown_model`
   */
  test(body: RegisterProvider, options?: RequestOptions): ApiPromise<ProviderTest> {
    return this.client.request({ method: 'POST', path: '/v1/providers/test', body, options });
  }

  /**
   * Change key, address, models, headers, fields of the body, dialect or time limits; sessions under way go on with
   * them. Needs a key with scope `admin`.
   * @throws NotFoundError `provider_not_found`
   * @throws BadRequestError `unknown_provider`, `address_not_allowed`
   */
  update(providerId: string, body: PatchProvider, options?: RequestOptions): ApiPromise<Provider> {
    return this.client.request({ method: 'PATCH', path: path`/v1/providers/${providerId}`, body, options });
  }

  /**
   * Disconnect a provider. Needs a key with scope `admin`.
   * @throws NotFoundError `provider_not_found`
   */
  remove(providerId: string, options?: RequestOptions): ApiPromise<Deleted> {
    return this.client.request({ method: 'DELETE', path: path`/v1/providers/${providerId}`, options });
  }

  /**
   * Ask a connected provider for one word; when it answers, its models are chosen again at once. Needs a key with
   * scope `admin`.
   * @throws NotFoundError `provider_not_found`
   * @throws BadRequestError `unknown_model`
   */
  testConnected(providerId: string, options?: RequestOptions): ApiPromise<ProviderTest> {
    return this.client.request({ method: 'POST', path: path`/v1/providers/${providerId}/test`, options });
  }
}

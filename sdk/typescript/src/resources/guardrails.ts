import type { ApiPromise } from '../http/api-promise.ts';
import type { RequestOptions } from '../http/request.ts';
import type { PagePromise } from '../paging/page-promise.ts';
import type {
  Deleted,
  GuardrailConfig,
  GuardrailConfigQuery,
  GuardrailProvider,
  GuardrailProviderRequest,
  GuardrailsTestParams,
  GuardrailsUpdateConfigParams,
  GuardrailTemplate,
  GuardrailTest,
  PageQuery,
} from '../types.ts';
import { path } from './path.ts';
import { Resource } from './resource.ts';

/** What guards messages, answers and tool calls. */
export class Guardrails extends Resource {
  /**
   * Read what guards messages, answers and tool calls of all agents or of one. Needs a key with scope `read`.
   * @throws NotFoundError `agent_not_found`
   */
  getConfig(query?: GuardrailConfigQuery, options?: RequestOptions): ApiPromise<GuardrailConfig> {
    return this.client.request({ method: 'GET', path: '/v1/guardrails/config', query, options });
  }

  /**
   * Change what guards messages, answers and tool calls of all agents or of one. Needs a key with scope `admin`.
   * @throws NotFoundError `agent_not_found`
   */
  updateConfig(
    body: GuardrailsUpdateConfigParams,
    query?: GuardrailConfigQuery,
    options?: RequestOptions,
  ): ApiPromise<GuardrailConfig> {
    return this.client.request({ method: 'PUT', path: '/v1/guardrails/config', query, body, options });
  }

  /**
   * List external guardrail providers, newest first. Needs a key with scope `read`.
   */
  listProviders(query?: PageQuery, options?: RequestOptions): PagePromise<GuardrailProvider> {
    return this.client.getPage('/v1/guardrails/providers', query, options);
  }

  /**
   * Connect an external guardrail provider. Needs a key with scope `admin`.
   * @throws BadRequestError `address_not_allowed`
   * @throws ConflictError `guardrail_provider_exists`
   */
  addProvider(body: GuardrailProviderRequest, options?: RequestOptions): ApiPromise<GuardrailProvider> {
    return this.client.request({ method: 'POST', path: '/v1/guardrails/providers', body, options });
  }

  /**
   * Disconnect a guardrail provider that no rule names. Needs a key with scope `admin`.
   * @throws NotFoundError `guardrail_provider_not_found`
   * @throws ConflictError `guardrail_provider_in_use`
   */
  removeProvider(guardrailProviderId: string, options?: RequestOptions): ApiPromise<Deleted> {
    return this.client.request({
      method: 'DELETE',
      path: path`/v1/guardrails/providers/${guardrailProviderId}`,
      options,
    });
  }

  /**
   * List configurations to begin with. Needs a key with scope `read`.
   */
  templates(query?: PageQuery, options?: RequestOptions): PagePromise<GuardrailTemplate> {
    return this.client.getPage('/v1/guardrails/templates', query, options);
  }

  /**
   * Try a text against the guardrails. Needs a key with scope `read`.
   * @throws NotFoundError `agent_not_found`, `guardrail_provider_not_found`
   */
  test(body: GuardrailsTestParams, options?: RequestOptions): ApiPromise<GuardrailTest> {
    return this.client.request({ method: 'POST', path: '/v1/guardrails/test', body, options });
  }
}

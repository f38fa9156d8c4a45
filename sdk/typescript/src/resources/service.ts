import type { ApiPromise } from '../http/api-promise.ts';
import type { RequestOptions } from '../http/request.ts';
import type { OpenApiDocument } from '../types.ts';
import { path } from './path.ts';
import { Resource } from './resource.ts';

/** What the service says of itself. */
export class Service extends Resource {
  /**
   * Read figures for Prometheus, as text. Needs an admin key of the first tenant.
   */
  metrics(options?: RequestOptions): ApiPromise<string> {
    return this.client.request({ method: 'GET', path: '/metrics', answer: 'text', options });
  }

  /**
   * Read the OpenAPI document of the service.
   */
  openapi(options?: RequestOptions): ApiPromise<OpenApiDocument> {
    return this.client.request({ method: 'GET', path: '/openapi.json', options });
  }

  /**
   * Read the page that shows the OpenAPI document, as HTML.
   */
  docs(options?: RequestOptions): ApiPromise<string> {
    return this.client.request({ method: 'GET', path: '/docs', answer: 'text', options });
  }

  /**
   * Load a file of the page. The body of the response is unread.
   */
  docsFile(file: string, options?: RequestOptions): ApiPromise<Response> {
    return this.client.request({ method: 'GET', path: path`/docs/${file}`, answer: 'response', options });
  }

  /**
   * Follow the bare address of the service to its page, as HTML.
   */
  home(options?: RequestOptions): ApiPromise<string> {
    return this.client.request({ method: 'GET', path: '/', answer: 'text', options });
  }
}

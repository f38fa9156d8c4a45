import type { ApiPromise } from '../http/api-promise.ts';
import type { RequestOptions } from '../http/request.ts';
import type { PagePromise } from '../paging/page-promise.ts';
import type {
  ContextDocument,
  ContextDocumentWithContent,
  ContextGetQuery,
  ContextPreview,
  ContextPreviewQuery,
  ContextPutParams,
  Deleted,
  PageQuery,
} from '../types.ts';
import { path, restOfPath } from './path.ts';
import { Resource } from './resource.ts';

type ContextKind = ContextDocument['kind'];

/** Documents that the turns of an agent read: soul, skill, workspace, reference. */
export class Context extends Resource {
  /**
   * List what an agent may read, newest first. Needs a key with scope `read`.
   * @throws NotFoundError `agent_not_found`
   */
  list(agentId: string, query?: PageQuery, options?: RequestOptions): PagePromise<ContextDocument> {
    return this.client.getPage(path`/v1/agents/${agentId}/context`, query, options);
  }

  /**
   * Show what the next turn would read, source by source. Needs a key with scope `read`.
   * @throws NotFoundError `agent_not_found`, `session_not_found`
   */
  preview(agentId: string, query?: ContextPreviewQuery, options?: RequestOptions): ApiPromise<ContextPreview> {
    return this.client.request({ method: 'GET', path: path`/v1/agents/${agentId}/context/preview`, query, options });
  }

  /**
   * List documents of a kind: soul, skill, workspace, reference. Needs a key with scope `read`.
   * @throws NotFoundError `agent_not_found`
   */
  listKind(
    agentId: string,
    kind: ContextKind,
    query?: PageQuery,
    options?: RequestOptions,
  ): PagePromise<ContextDocument> {
    return this.client.getPage(path`/v1/agents/${agentId}/context/${kind}`, query, options);
  }

  /**
   * Read a document, or an earlier version of it. Needs a key with scope `read`.
   * @throws NotFoundError `agent_not_found`, `context_document_not_found`
   */
  get(
    agentId: string,
    kind: ContextKind,
    name: string,
    query?: ContextGetQuery,
    options?: RequestOptions,
  ): ApiPromise<ContextDocumentWithContent> {
    return this.client.request({ method: 'GET', path: documentPath(agentId, kind, name), query, options });
  }

  /**
   * Write a document whole; the next turn reads it. Needs a key with scope `admin`.
   * @throws NotFoundError `agent_not_found`
   * @throws BadRequestError `message_too_large`
   */
  put(
    agentId: string,
    kind: ContextKind,
    name: string,
    body: ContextPutParams,
    options?: RequestOptions,
  ): ApiPromise<ContextDocument> {
    return this.client.request({ method: 'PUT', path: documentPath(agentId, kind, name), body, options });
  }

  /**
   * Delete a document. Needs a key with scope `admin`.
   * @throws NotFoundError `agent_not_found`, `context_document_not_found`
   */
  delete(agentId: string, kind: ContextKind, name: string, options?: RequestOptions): ApiPromise<Deleted> {
    return this.client.request({ method: 'DELETE', path: documentPath(agentId, kind, name), options });
  }
}

/** The name of a workspace file may have slashes. */
function documentPath(agentId: string, kind: ContextKind, name: string): string {
  return `${path`/v1/agents/${agentId}/context/${kind}`}/${restOfPath(name)}`;
}

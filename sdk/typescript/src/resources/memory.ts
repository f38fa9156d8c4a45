import type { ApiPromise } from '../http/api-promise.ts';
import type { RequestOptions } from '../http/request.ts';
import type { Page } from '../paging/page.ts';
import type { PagePromise } from '../paging/page-promise.ts';
import type {
  Deleted,
  MemoryAppendParams,
  MemoryBlock,
  MemoryEntry,
  MemoryFilled,
  MemoryInitParams,
  MemoryListQuery,
  MemoryMatch,
  MemoryQueryParams,
  MemoryScopeQuery,
  MemorySettings,
  MemoryUpdateParams,
  MemoryUpdateSettingsParams,
} from '../types.ts';
import { path } from './path.ts';
import { Resource } from './resource.ts';

/** Facts that agents remember from run to run. */
export class Memory extends Resource {
  /**
   * List memory blocks with their sizes. Needs a key with scope `read`.
   */
  blocks(query?: MemoryListQuery, options?: RequestOptions): PagePromise<MemoryBlock> {
    return this.client.getPage('/v1/memory/blocks', query, options);
  }

  /**
   * List the entries of a block, newest first. Needs a key with scope `read`.
   */
  block(block: string, query?: MemoryListQuery, options?: RequestOptions): PagePromise<MemoryEntry> {
    return this.client.getPage(path`/v1/memory/blocks/${block}`, query, options);
  }

  /**
   * List memory entries, newest first. Needs a key with scope `read`.
   */
  entries(query?: MemoryListQuery, options?: RequestOptions): PagePromise<MemoryEntry> {
    return this.client.getPage('/v1/memory/entries', query, options);
  }

  /**
   * Note a fact for all agents or, with `agent_id` (in the body or the query), for one. Needs a key with scope
   * `run`.
   * @throws NotFoundError `agent_not_found`
   */
  append(body: MemoryAppendParams, query?: MemoryScopeQuery, options?: RequestOptions): ApiPromise<MemoryEntry> {
    return this.client.request({ method: 'POST', path: '/v1/memory/entries', query, body, options });
  }

  /**
   * Change a memory entry. Needs a key with scope `run`.
   * @throws NotFoundError `memory_entry_not_found`
   */
  update(entryId: string, body: MemoryUpdateParams, options?: RequestOptions): ApiPromise<MemoryEntry> {
    return this.client.request({ method: 'PUT', path: path`/v1/memory/entries/${entryId}`, body, options });
  }

  /**
   * Forget a memory entry. Needs a key with scope `admin`.
   * @throws NotFoundError `memory_entry_not_found`
   */
  remove(entryId: string, options?: RequestOptions): ApiPromise<Deleted> {
    return this.client.request({ method: 'DELETE', path: path`/v1/memory/entries/${entryId}`, options });
  }

  /**
   * Read in which language facts and documents are searched. Needs a key with scope `read`.
   */
  getSettings(options?: RequestOptions): ApiPromise<MemorySettings> {
    return this.client.request({ method: 'GET', path: '/v1/memory/settings', options });
  }

  /**
   * Change the language of searches, or who may note rules for agents. Needs a key with scope `admin`.
   */
  updateSettings(body: MemoryUpdateSettingsParams, options?: RequestOptions): ApiPromise<MemorySettings> {
    return this.client.request({ method: 'PUT', path: '/v1/memory/settings', body, options });
  }

  /**
   * Search the memory. Needs a key with scope `read`.
   */
  query(body: MemoryQueryParams, query?: MemoryScopeQuery, options?: RequestOptions): ApiPromise<Page<MemoryMatch>> {
    return this.client.request({ method: 'POST', path: '/v1/memory/query', query, body, options });
  }

  /**
   * Fill the memory from documents. Needs a key with scope `run`.
   * @throws NotFoundError `agent_not_found`
   */
  init(body: MemoryInitParams, query?: MemoryScopeQuery, options?: RequestOptions): ApiPromise<MemoryFilled> {
    return this.client.request({ method: 'POST', path: '/v1/memory/init', query, body, options });
  }
}

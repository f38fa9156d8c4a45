import { ApiPromise } from '../http/api-promise.ts';
import type { Page } from './page.ts';

/** Awaited, the first page of a list. Iterated, the items of all pages, each page fetched when it is needed. */
export class PagePromise<T, P extends Page<T> = Page<T>> extends ApiPromise<P> implements AsyncIterable<T> {
  readonly #next: (cursor: string) => ApiPromise<P>;

  constructor(
    response: Promise<Response>,
    parse: (response: Response) => Promise<P>,
    next: (cursor: string) => ApiPromise<P>,
  ) {
    super(response, parse);
    this.#next = next;
  }

  /** The pages of the list, one after the other. */
  async *pages(): AsyncGenerator<P, void, undefined> {
    let page: P = await this.then();
    yield page;
    // A list that is never longer than one page may leave the cursor out.
    while (typeof page.next_cursor === 'string') {
      page = await this.#next(page.next_cursor);
      yield page;
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for await (const page of this.pages()) yield* page.data;
  }
}

/** An answer together with the response that brought it. */
export interface WithResponse<T> {
  readonly data: T;
  readonly response: Response;
  /** The id of the request, as the server logs it. */
  readonly requestId: string | undefined;
}

/**
 * The promise of an answer. It can also be asked for the response. The body is read once, when somebody wants what is in it.
 */
export class ApiPromise<T> extends Promise<T> {
  readonly #response: Promise<Response>;
  readonly #parse: (response: Response) => Promise<T>;
  #parsed: Promise<T> | undefined;

  constructor(response: Promise<Response>, parse: (response: Response) => Promise<T>) {
    // The methods of a promise are overridden, so nobody sees how this one was settled.
    super((resolve) => resolve(undefined as T));
    this.#response = response;
    this.#parse = parse;
  }

  /** What `then` derives is a plain promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /** The response, of which nothing is read. Cancel or read its body. */
  asResponse(): Promise<Response> {
    return this.#response;
  }

  async withResponse(): Promise<WithResponse<T>> {
    const [data, response] = await Promise.all([this.#data(), this.#response]);
    return { data, response, requestId: response.headers.get('request-id') ?? undefined };
  }

  override then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#data().then(onFulfilled, onRejected);
  }

  override catch<B = never>(onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.#data().catch(onRejected);
  }

  override finally(onFinally?: (() => void) | null): Promise<T> {
    return this.#data().finally(onFinally);
  }

  #data(): Promise<T> {
    this.#parsed ??= this.#response.then(this.#parse);
    return this.#parsed;
  }
}

import type { IncludedEvent, RunEvent } from '../events/run-event.ts';
import type { Requester, RequestOptions } from '../http/request.ts';
import type { InboxEvent, InboxReceipt } from '../types.ts';
import type { RunCore } from './run-core.ts';
import type { RunResult } from './run-result.ts';
import { postEvent, type SteerOptions } from './steering.ts';
import { isText, type TextPiece, textPieces } from './text-pieces.ts';

/** What a person, or whoever decides, may say to a tool call that is allowed. */
export interface ApproveOptions extends RequestOptions {
  /** Whether only this call is allowed, or also later ones that are like it. Default: `call`. */
  readonly scope?: Extract<InboxEvent, { type: 'user.tool_confirmation' }>['scope'];
}

export interface DenyOptions extends RequestOptions {
  /** What the model is told. */
  readonly message?: string | undefined;
}

/** The place in a session at which another process may go on. */
export interface RunPosition {
  readonly sessionId: string;
  /** The id of the last event that was delivered. Undefined: none was. */
  readonly after: string | undefined;
}

export interface RunHandleDeps {
  readonly requester: Requester;
  readonly core: RunCore;
  readonly include: readonly IncludedEvent[];
}

/**
 * A session that is followed. Iterated, it gives every event once and in order, to each iterator, through any number of
 * connections, until the session ends; leaving the loop ends that iterator and not the run. It is no promise, so an async
 * function may return it.
 */
export class RunHandle implements AsyncIterable<RunEvent, undefined> {
  readonly #requester: Requester;
  readonly #core: RunCore;
  readonly #wanted: ReadonlySet<string>;

  /** @internal */
  constructor({ requester, core, include }: RunHandleDeps) {
    this.#requester = requester;
    this.#core = core;
    this.#wanted = new Set<string>(include);
  }

  /** The id of the session. Undefined until the server has answered; `started()` waits for it. */
  get sessionId(): string | undefined {
    return this.#core.knownSessionId();
  }

  /** The id of the last event that was delivered. `attach(sessionId, { after })` goes on behind it. */
  get lastEventId(): string | undefined {
    return this.#core.lastEventId();
  }

  /** The id of the session, when it has been started. @throws ApiError when the start was refused */
  started(): Promise<string> {
    return this.#core.started();
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<RunEvent, undefined> {
    return this.#core.iterate((event) => event.type !== 'agent.message_delta' || this.#wanted.has(event.type));
  }

  /**
   * The text of the agent while it is written. Where a later attempt begins a turn anew, the piece says `restarted`;
   * `joinText` joins pieces to the final text.
   */
  textStream(): AsyncIterableIterator<TextPiece, undefined> {
    this.#core.wantText();
    return textPieces(this.#core.iterate(isText));
  }

  /**
   * The result, when the session has ended or, as a conversation, waits for the next message.
   * A run that ends badly says so in `reason`; with `throwOnFailure` it is an error.
   * @throws ApiError, ConnectionError, AbortedError, RunFailedError
   */
  result(): Promise<RunResult> {
    return this.#core.result();
  }

  /** The result or the error. Never rejects. */
  settled(): Promise<PromiseSettledResult<RunResult>> {
    return this.result().then(
      (value) => ({ status: 'fulfilled', value }),
      (reason: unknown) => ({ status: 'rejected', reason }),
    );
  }

  /**
   * Says something to the agent in the middle of its work. It is stored when this returns, and read at the next turn boundary.
   * @throws ConflictError (`session_ended`, `turn_passed`)
   */
  async steer(text: string, { images, ...options }: SteerOptions = {}): Promise<InboxReceipt> {
    return this.#post({ type: 'user.message', text, images }, options);
  }

  /** Stops the run at once. It ends with the reason `interrupted`. @throws ConflictError (`session_ended`) */
  async interrupt(options?: RequestOptions): Promise<InboxReceipt> {
    return this.#post({ type: 'user.interrupt' }, options);
  }

  /** Allows a tool call that waits for approval. @throws NotFoundError (`no_such_tool_use`), ConflictError */
  async approve(toolUseId: string, { scope, ...options }: ApproveOptions = {}): Promise<InboxReceipt> {
    return this.#post({ type: 'user.tool_confirmation', tool_use_id: toolUseId, result: 'allow', scope }, options);
  }

  /** Denies a tool call that waits for approval. @throws NotFoundError (`no_such_tool_use`), ConflictError */
  async deny(toolUseId: string, { message, ...options }: DenyOptions = {}): Promise<InboxReceipt> {
    const denial = { type: 'user.tool_confirmation', tool_use_id: toolUseId, result: 'deny' } as const;
    return this.#post({ ...denial, deny_message: message }, options);
  }

  /**
   * Sends the next message of a conversation (`on_complete: "idle"`), as soon as the session waits for one, and gives the
   * result that follows it. Use `steer` to speak while the agent works.
   * @throws ConflictError (`session_ended`), and as `result` does
   */
  send(text: string, { images }: Pick<SteerOptions, 'images'> = {}): Promise<RunResult> {
    return this.#core.exchange({ type: 'user.message', text, images });
  }

  /**
   * Stops following; the run goes on. Iterators end, and promises that wait fail with an AbortedError.
   * @returns where another process may go on
   */
  async detach(): Promise<RunPosition> {
    this.#core.detach();
    return { sessionId: await this.started(), after: this.lastEventId };
  }

  async #post(event: InboxEvent, options?: SteerOptions): Promise<InboxReceipt> {
    return postEvent(this.#requester, await this.started(), event, options);
  }
}

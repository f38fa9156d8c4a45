import type { Fetch, Middleware } from './http/attempt.ts';
import type { Logger, LogLevel } from './http/logger.ts';
import type { HeaderValues } from './http/request.ts';

/** How a client is made. Every field has a default. */
export interface ClientOptions {
  /** Begins with `brk_`. A function is asked before each attempt. Default: BRAINSTORMROUTER_API_KEY of the environment. */
  readonly apiKey?: string | (() => string | Promise<string>) | undefined;
  /**
   * The address of the service, without `/v1`. Default: BRAINSTORMROUTER_BASE_URL of the environment, else
   * https://api.brainstormrouter.com.
   */
  readonly baseUrl?: string | undefined;
  /** How long one attempt may take, in milliseconds. Default: 60,000. A stream has no limit once it has begun. */
  readonly timeoutMs?: number | undefined;
  /** How many times a call that failed for a passing reason is sent again. Default: 2. */
  readonly maxRetries?: number | undefined;
  /** Headers of every request. */
  readonly headers?: HeaderValues | undefined;
  /** Sends requests. Default: the `fetch` of the runtime. */
  readonly fetch?: Fetch | undefined;
  /** Stands around each attempt. The first one is the outermost. */
  readonly middleware?: readonly Middleware[] | undefined;
  /** Default: `console`. Headers with secrets are logged as `***`; bodies are not logged. */
  readonly logger?: Logger | undefined;
  /** Default: `warn`. `info` tells of every repetition, `debug` of every attempt. */
  readonly logLevel?: LogLevel | undefined;
  /** Allows a client on a page, where everybody who opens the page can read the API key. Default: false. */
  readonly dangerouslyAllowBrowser?: boolean | undefined;
}

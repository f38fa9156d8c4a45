import type { ClientOptions } from './client-options.ts';
import { errorOfForeignAnswer } from './errors/error-of-response.ts';
import { UsageError } from './errors/errors.ts';
import { ApiPromise } from './http/api-promise.ts';
import { createLog, type Logger } from './http/logger.ts';
import type { Requester, RequestOptions, RequestSpec } from './http/request.ts';
import { environmentVariable, isBrowser } from './http/runtime.ts';
import { createTransport } from './http/transport.ts';
import type { Page } from './paging/page.ts';
import { PagePromise } from './paging/page-promise.ts';
import { Agent } from './resources/agent.ts';
import { AgentProfiles } from './resources/agent-profiles.ts';
import { AgentRuns } from './resources/agent-runs.ts';
import { ApiKeys } from './resources/api-keys.ts';
import { Approvals } from './resources/approvals.ts';
import { BrModels } from './resources/br-models.ts';
import { Budget } from './resources/budget.ts';
import { BulkJobs } from './resources/bulk-jobs.ts';
import { Context } from './resources/context.ts';
import { Governance } from './resources/governance.ts';
import { Guardrails } from './resources/guardrails.ts';
import { Health } from './resources/health.ts';
import { Limits } from './resources/limits.ts';
import { Mcp } from './resources/mcp.ts';
import { Memory } from './resources/memory.ts';
import { Providers } from './resources/providers.ts';
import { Service } from './resources/service.ts';
import { Sessions } from './resources/sessions.ts';
import { Tenants } from './resources/tenants.ts';
import { Usage } from './resources/usage.ts';

const DEFAULT_BASE_URL = 'https://api.brainstormrouter.com';

/** A call of a method that has no parameters but a body and options. */
export interface RawOptions extends RequestOptions {
  readonly body?: unknown;
}

/** The client of Agent Runs. One client serves any number of calls at once. */
export class BrainstormRouter implements Requester {
  readonly agent = new Agent(this);
  readonly agentProfiles = new AgentProfiles(this);
  readonly agentRuns = new AgentRuns(this);
  readonly apiKeys = new ApiKeys(this);
  readonly approvals = new Approvals(this);
  readonly brModels = new BrModels(this);
  readonly budget = new Budget(this);
  readonly bulkJobs = new BulkJobs(this);
  readonly context = new Context(this);
  readonly governance = new Governance(this);
  readonly guardrails = new Guardrails(this);
  readonly health = new Health(this);
  readonly limits = new Limits(this);
  readonly mcp = new Mcp(this);
  readonly memory = new Memory(this);
  readonly providers = new Providers(this);
  readonly service = new Service(this);
  readonly sessions = new Sessions(this);
  readonly tenants = new Tenants(this);
  readonly usage = new Usage(this);
  /** The address of the service, without a slash at its end. */
  readonly baseUrl: string;
  readonly #options: ClientOptions;
  readonly #send: (spec: RequestSpec) => Promise<Response>;
  /** Drops what is less important than `logLevel`. */
  readonly log: Logger;

  /** @throws UsageError when there is no API key, or when it would be shown to everybody who opens a page */
  constructor(options: ClientOptions = {}) {
    if (isBrowser() && options.dangerouslyAllowBrowser !== true) {
      throw new UsageError(
        'Everybody who opens this page could read the API key. Call the API from a server, or set dangerouslyAllowBrowser.',
      );
    }
    const apiKey = options.apiKey ?? environmentVariable('BRAINSTORMROUTER_API_KEY');
    if (apiKey === undefined || apiKey === '') {
      throw new UsageError('There is no API key. Give apiKey, or set BRAINSTORMROUTER_API_KEY in the environment.');
    }
    const baseUrl = options.baseUrl ?? environmentVariable('BRAINSTORMROUTER_BASE_URL') ?? DEFAULT_BASE_URL;
    if (!URL.canParse(baseUrl)) throw new UsageError(`"${baseUrl}" is no address. baseUrl begins with https://.`);
    this.baseUrl = baseUrl.replace(/\/+$/, '');
    this.#options = { ...options, apiKey };
    this.log = createLog(options.logger ?? console, options.logLevel ?? 'warn');
    this.#send = createTransport({ baseUrl: this.baseUrl, options: this.#options, log: this.log });
  }

  /** A client with other options, where they are given, and those of this one. */
  withOptions(options: ClientOptions): this {
    const Class = this.constructor as new (options: ClientOptions) => this;
    return new Class({ ...this.#options, baseUrl: this.baseUrl, ...options });
  }

  request<T>(spec: RequestSpec): ApiPromise<T> {
    return new ApiPromise(this.#send(spec), (response) => parseAnswer<T>(response, spec.answer));
  }

  getPage<T, P extends Page<T> = Page<T>>(
    path: string,
    query: object = {},
    options: RequestOptions = {},
  ): PagePromise<T, P> {
    const spec = { method: 'GET', path, query, options } as const;
    // A cursor that the caller gave, in either place, is that of the first page.
    const next = { ...options, query: { ...options.query, cursor: undefined } };
    const page = (cursor: string) => this.request<P>({ ...spec, query: { ...query, cursor }, options: next });
    return new PagePromise(this.#send(spec), parseAnswer<P>, page);
  }

  /** Calls what has no method of its own. `path` begins with `/v1`. */
  get<T = unknown>(path: string, options: RequestOptions = {}): ApiPromise<T> {
    return this.request({ method: 'GET', path, options });
  }

  post<T = unknown>(path: string, { body, ...options }: RawOptions = {}): ApiPromise<T> {
    return this.request({ method: 'POST', path, body, options });
  }

  put<T = unknown>(path: string, { body, ...options }: RawOptions = {}): ApiPromise<T> {
    return this.request({ method: 'PUT', path, body, options });
  }

  patch<T = unknown>(path: string, { body, ...options }: RawOptions = {}): ApiPromise<T> {
    return this.request({ method: 'PATCH', path, body, options });
  }

  delete<T = unknown>(path: string, { body, ...options }: RawOptions = {}): ApiPromise<T> {
    return this.request({ method: 'DELETE', path, body, options });
  }
}

async function parseAnswer<T>(response: Response, answer: RequestSpec['answer'] = 'json'): Promise<T> {
  // The caller says by T what the operation answers with.
  if (answer === 'response') return response as T;
  const text = await response.text();
  if (answer === 'text') return text as T;
  if (text === '') return undefined as T;
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw errorOfForeignAnswer(response, text, cause);
  }
}

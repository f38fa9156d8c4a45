import type { Context } from 'hono';
import type { z } from 'zod';
import type { ErrorCode } from '../contract/error.ts';
import type { ApiKeyScope } from '../contract/keys.ts';
import type { Caller, ServiceContext } from '../service/verb/context.ts';
import type { ServiceError } from '../service/verb/service-error.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** `'/v1/agents/{agent_id}/run'` → `{ agent_id: string }`. */
export type PathParams<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? { readonly [Key in Name]: string } & PathParams<Rest>
  : Record<never, string>;

export interface RouteRequest<Path extends string> {
  readonly ctx: ServiceContext;
  readonly params: PathParams<Path>;
  /** Every name is one of the route's `query`, given once. */
  readonly query: Record<string, string>;
  /** Reads the body. It is undefined when the request has none. @throws ServiceError when it is no JSON or too deep */
  body(): Promise<unknown>;
  header(name: string): string | undefined;
}

export interface ResponseDoc {
  readonly description: string;
  /** The schema of a JSON answer. Absent: the answer is never JSON. */
  readonly schema?: z.ZodType;
  /** The answer is plain text. */
  readonly plainText?: true;
  /** The answer is a file of one of these types. With `plainText`, it is one or the other. */
  readonly binary?: readonly string[];
  /** The answer is the event stream of a session. With a `schema`, it is one or the other. */
  readonly eventStream?: true;
  /** The headers of this answer, besides those of every answer. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request whose body was read. */
export type Prepared<Path extends string> = Pick<RouteRequest<Path>, 'ctx' | 'params'> & { readonly body: unknown };

export interface RouteDefinition<Path extends string> {
  readonly method: Method;
  readonly path: Path;
  /** The resource and the method of the SDKs that send it: `agentProfiles.list`. Once published, it is never renamed. */
  readonly operationId: `${string}.${string}`;
  /** The last parameter takes the rest of the path, slashes included. */
  readonly restOfPath?: true;
  readonly tag: string;
  /** The scope that a key needs at least. `admin` may do what `run` may, and `run` what `read` may. */
  readonly scope: ApiKeyScope;
  /** Only admins of the first tenant may use the route, since it concerns all tenants. */
  readonly operatorOnly?: true;
  readonly summary: string;
  /** All query parameters that the route takes. Any other is refused. Absent: it takes none. */
  readonly query?: z.ZodObject;
  /** Headers that change what the route does, besides those that every route knows. */
  readonly headers?: z.ZodObject;
  readonly body?: z.ZodType;
  /** A request may leave the body out. */
  readonly bodyOptional?: true;
  readonly bodyExamples?: Readonly<Record<string, unknown>>;
  readonly responses: Readonly<Record<number, ResponseDoc>>;
  /** The codes that its verb refuses with, besides those of any route (api/documented-errors.ts). */
  readonly errors?: readonly ErrorCode[];
  /** The POST waits for a server of others. Its Idempotency-Key is leased, since no transaction may wait so long. */
  readonly dialsOut?: true;
  /**
   * The schema of the answer that is stored for an Idempotency-Key, without secrets. Absent: the answer is stored
   * whole.
   */
  readonly storedAs?: z.ZodType;
  /**
   * Asks a server of the operator before the request is served, since no transaction may wait for it. The result is
   * `ctx.meant` for the handler.
   */
  prepare?(request: Prepared<Path>): Promise<ServiceContext['meant']>;
  handle(request: RouteRequest<Path>): Promise<Response>;
  /**
   * Turns the answer, whether fresh or replayed, into what this client is sent. Its result is not stored for the key.
   */
  present?(request: RouteRequest<Path>, answer: Response): Promise<Response>;
}

/** A route as the app mounts and documents it. The types no longer know its path. */
export type Route = Omit<RouteDefinition<string>, 'handle' | 'present' | 'prepare'> & {
  prepare?(request: Pick<AnyRequest, 'ctx' | 'params'> & { readonly body: unknown }): Promise<ServiceContext['meant']>;
  handle(request: AnyRequest): Promise<Response>;
  present?(request: AnyRequest, answer: Response): Promise<Response>;
};
export type AnyRequest = Omit<RouteRequest<string>, 'params'> & { params: Record<string, string> };

/** Ties a handler's `params` to the names in its path. */
export function route<const Path extends string>(definition: RouteDefinition<Path>): Route {
  // Hono fills in every parameter of a path that it matched, so `params` has the names that PathParams says.
  return definition as unknown as Route;
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
}

/** True when the body of a request may be read. With an Idempotency-Key the body of any POST is. */
export function mayReadBody({ method, body }: Route): boolean {
  return method === 'post' || body !== undefined;
}

/** The variables of a request in Hono. */
export interface ApiEnv {
  Variables: {
    requestId: string;
    /** Known behind the admission (serve-route.ts): who calls. */
    caller: Caller;
    /** Aborts when the tenant is suspended while a request that changes something is served. */
    suspended?: AbortSignal;
    /** The path of the route that serves the request, with its parameters unfilled. */
    route?: string;
    /** The session that the path names, where it has the form of an id. */
    sessionId?: string | undefined;
    /** The MCP server, likewise. */
    serverId?: string | undefined;
    /** The error with which the request is refused. */
    refusal?: ServiceError;
    /** Headers for the answer, whatever it will be. */
    rateLimitHeaders?: Readonly<Record<string, string>>;
  };
}
export type ApiContext = Context<ApiEnv>;

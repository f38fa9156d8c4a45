import type { Context } from 'hono';
import type { z } from 'zod';
import type { ErrorCode } from '../contract/error.ts';
import type { Caller, ServiceContext } from '../service/verb/context.ts';

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
  /** Undefined when the request has none. @throws ServiceError for a body that is no JSON, too large or too deep */
  body(): Promise<unknown>;
  header(name: string): string | undefined;
}

export interface ResponseDoc {
  readonly description: string;
  /** Of the JSON. Absent: it is never JSON. */
  readonly schema?: z.ZodType;
  /** It is plain text. */
  readonly plainText?: true;
  /** It is, or with `schema` may be, the event stream of a session. */
  readonly eventStream?: true;
  /** What it carries besides what every answer does. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RouteDefinition<Path extends string> {
  readonly method: Method;
  readonly path: Path;
  /** The last parameter takes the rest of the path, slashes included. */
  readonly restOfPath?: true;
  readonly tag: string;
  readonly summary: string;
  /** All parameters it takes; any other is refused. Absent: it takes none. */
  readonly query?: z.ZodObject;
  /** Headers that change what it does, besides those of every route. */
  readonly headers?: z.ZodObject;
  readonly body?: z.ZodType;
  /** The body may be left out. */
  readonly bodyOptional?: true;
  readonly bodyExamples?: Readonly<Record<string, unknown>>;
  readonly responses: Readonly<Record<number, ResponseDoc>>;
  /** What its verb refuses with, besides what any route may (api/documented-errors.ts). */
  readonly errors?: readonly ErrorCode[];
  /** A POST that waits for somebody else's server: its Idempotency-Key is leased, since no transaction may wait so long. */
  readonly dialsOut?: true;
  /** The answer as an Idempotency-Key keeps it: without its secrets. Absent: as it is. */
  readonly storedAs?: z.ZodType;
  handle(request: RouteRequest<Path>): Promise<Response>;
  /** Turns the answer, a replayed one too, into what this client is sent: it is no part of what a key keeps. */
  present?(request: RouteRequest<Path>, answer: Response): Promise<Response>;
}

/** A route as the app mounts and documents it, its path no longer known to the types. */
export type Route = Omit<RouteDefinition<string>, 'handle' | 'present'> & {
  handle(request: AnyRequest): Promise<Response>;
  present?(request: AnyRequest, answer: Response): Promise<Response>;
};
export type AnyRequest = Omit<RouteRequest<string>, 'params'> & { params: Record<string, string> };

/** Ties a handler's `params` to the names in its path. */
export function route<const Path extends string>(definition: RouteDefinition<Path>): Route {
  // Hono fills every parameter of the path it matched, so params has the names that PathParams says.
  return definition as unknown as Route;
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
}

/** True where a body may be read: that of any POST is, with an Idempotency-Key. */
export function mayReadBody({ method, body }: Route): boolean {
  return method === 'post' || body !== undefined;
}

/** What every request carries through Hono. */
export interface ApiEnv {
  Variables: {
    requestId: string;
    /** Who calls a route that asks for a key. */
    caller: Caller;
    /** The path of the route that serves it, parameters unfilled. */
    route?: string;
    /** For its answer, whatever that will be. */
    rateLimitHeaders?: Readonly<Record<string, string>>;
  };
}
export type ApiContext = Context<ApiEnv>;

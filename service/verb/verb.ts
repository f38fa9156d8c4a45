import type { OperatingContext, ServiceContext } from './context.ts';

/**
 * One thing that the service can be asked to do, whatever transport asks. A verb takes its steps in this order: scope,
 * parse, transaction, tenant, write, audit. It refuses with a ServiceError. Its doc comment names its own codes; any verb
 * may also refuse with `missing_scope` and with the codes of its schema.
 */
export type Verb<Input, Output> = (call: { readonly ctx: ServiceContext; readonly input: Input }) => Promise<Output>;

/** A verb that operates one session. A bulk job does it to many, in a worker. */
export type SessionVerb<Input, Output> = (call: {
  readonly ctx: OperatingContext;
  readonly input: Input;
}) => Promise<Output>;

/** A verb that needs no input. */
export type VerbWithoutInput<Output> = (call: { readonly ctx: ServiceContext }) => Promise<Output>;

import type { ServiceContext } from './context.ts';

/**
 * What the service can be asked to do: one function, called by every transport alike. It takes its steps in this order:
 * scope, parse, transaction, tenant, write, audit. It refuses with a ServiceError; its doc comment names the codes that
 * are its own, besides `missing_scope` and those of its schema.
 */
export type Verb<Input, Output> = (call: { readonly ctx: ServiceContext; readonly input: Input }) => Promise<Output>;

/** A verb that is told nothing but on whose behalf it acts. */
export type VerbWithoutInput<Output> = (call: { readonly ctx: ServiceContext }) => Promise<Output>;

import type { SessionContextKind } from '../contract/session-context.ts';

/** A document that a session has of its own. Its text is kept under its hash with the texts that the session's turns read. */
export interface SessionDocument {
  readonly name: string;
  readonly tokens: number;
  readonly hash: string;
}

/** The documents that a session reads in place of those of its agent. A kind that is absent is read from the agent. */
export type SessionContext = { readonly [Kind in SessionContextKind]?: readonly SessionDocument[] | undefined };

/**
 * The context of a session that begins with that of another one: each kind that is given replaces the kind there.
 * @param given null for a kind stands for the documents of the agent
 * @returns null when all kinds are read from the agent
 */
export function changedContext(
  before: SessionContext | null,
  given: { readonly [Kind in SessionContextKind]?: readonly SessionDocument[] | null | undefined },
): SessionContext | null {
  const pick = (kind: SessionContextKind) => (given[kind] === undefined ? before?.[kind] : (given[kind] ?? undefined));
  const changed = { soul: pick('soul'), skill: pick('skill'), reference: pick('reference') };
  return Object.values(changed).every((documents) => documents === undefined) ? null : changed;
}

/** Every document of a context. */
export function documentsOf({ soul = [], skill = [], reference = [] }: SessionContext): SessionDocument[] {
  return [...soul, ...skill, ...reference];
}

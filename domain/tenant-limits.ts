/**
 * What a limit bounds. `stored`: how much a tenant keeps. `at_once`: how much it has under way. `rate`: how much it does in
 * a second. `size`: how large one thing may be.
 */
export type LimitKind = 'stored' | 'at_once' | 'rate' | 'size';

export interface TenantLimit {
  readonly kind: LimitKind;
  /** The unit of the number, as a person reads it behind the number. */
  readonly unit: string;
  /** The number for a tenant for which the operator set none. An honest user never meets it. */
  readonly default: number;
  /** What is counted. */
  readonly what: string;
  /** What whoever meets the limit can do about it. */
  readonly remedy: string;
}

/**
 * Every limit of a tenant. The names are part of the API: `GET /v1/limits` lists them, a refusal names one of them, and the
 * operator sets them by name.
 */
export const tenantLimits = {
  agents: {
    kind: 'stored',
    unit: 'agents',
    default: 10_000,
    what: 'agents, whatever their lifecycle state',
    remedy: 'Use the agents that exist: PATCH /v1/agent/profiles/{id} changes one.',
  },
  api_keys: {
    kind: 'stored',
    unit: 'keys',
    default: 1_000,
    what: 'API keys that are neither revoked nor expired',
    remedy: 'Revoke keys that nobody uses with DELETE /v1/api-keys/{id}.',
  },
  sessions: {
    kind: 'at_once',
    unit: 'sessions',
    default: 10_000,
    what: 'sessions that have not ended',
    remedy: 'Wait for one to end, or interrupt one.',
  },
  memory_entries: {
    kind: 'stored',
    unit: 'facts',
    default: 100_000,
    what: 'facts in the memory of all agents',
    remedy: 'Delete facts that nobody needs with DELETE /v1/memory/entries/{id}.',
  },
} as const satisfies Readonly<Record<string, TenantLimit>>;

export type LimitName = keyof typeof tenantLimits;

type NamesOfKind<Kind extends LimitKind> = {
  [Name in LimitName]: (typeof tenantLimits)[Name]['kind'] extends Kind ? Name : never;
}[LimitName];

/** The limits whose use is counted in the rows of Postgres. */
export type CountedLimit = NamesOfKind<'stored'> | 'sessions';

/** How much of a limit a tenant uses. */
export interface LimitUse {
  readonly name: LimitName;
  readonly used: number;
  readonly limit: number;
}

/** A limit that stands in the way of what was asked. */
export interface ReachedLimit extends LimitUse {
  /** How much more was asked for. */
  readonly more: number;
}

export function limitNamed(name: LimitName): TenantLimit {
  return tenantLimits[name];
}

export function isLimitName(name: string): name is LimitName {
  return Object.hasOwn(tenantLimits, name);
}

/** @returns the limit that `more` would go beyond; undefined when there is room */
export function reachedBy(use: LimitUse, more: number): ReachedLimit | undefined {
  return use.used + more > use.limit ? { ...use, more } : undefined;
}

/** Says in one sentence which limit is in the way. It names no other tenant, so anybody of the tenant may read it. */
export function limitSentence({ name, used, limit, more }: ReachedLimit): string {
  const { kind, unit } = limitNamed(name);
  switch (kind) {
    case 'stored':
      return `The limit "${name}" of this tenant is ${limit} ${unit}. ${used} are in use, and this would add ${more}.`;
    case 'at_once':
      return `The limit "${name}" of this tenant is ${limit} ${unit} at once. ${used} are under way.`;
    case 'rate':
      return `The limit "${name}" of this tenant is ${limit} ${unit} a second.`;
    case 'size':
      return `The limit "${name}" of this tenant is ${limit} ${unit}, and this has ${more}.`;
  }
}

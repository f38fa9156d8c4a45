/**
 * The kind of thing that a limit bounds. `stored`: how much a tenant keeps. `at_once`: how much it has under way. `rate`: how
 * much it does in a second. `size`: how large one thing may be. `session`: how much one session may use up before it ends.
 */
export type LimitKind = 'stored' | 'at_once' | 'rate' | 'size' | 'session';

export interface TenantLimit {
  readonly kind: LimitKind;
  /** The unit of the number, as a person reads it behind the number. */
  readonly unit: string;
  /** The number for a tenant for which the operator set none. An honest user never meets it. */
  readonly default: number;
  /** The things that are counted. */
  readonly what: string;
  /** The advice for whoever meets the limit. */
  readonly remedy: string;
}

/**
 * Every limit of a tenant. The names are part of the API: `GET /v1/limits` lists them, a refusal names one of them, and the
 * operator sets them by name.
 */
export const tenantLimits = {
  sessions: {
    kind: 'at_once',
    unit: 'sessions',
    default: 10_000,
    what: 'sessions that have not ended',
    remedy: 'Wait for one to end, or interrupt one.',
  },
  bulk_jobs: {
    kind: 'at_once',
    unit: 'jobs',
    default: 5,
    what: 'bulk jobs that have not ended',
    remedy: 'Wait for one to end, or cancel one with POST /v1/sessions/bulk/{id}/cancel.',
  },
  bulk_sessions: {
    kind: 'size',
    unit: 'sessions',
    default: 20_000,
    what: 'sessions of one bulk job',
    remedy: 'Narrow the filter, for example with `created_after` and `created_before`.',
  },
  inbox_messages: {
    kind: 'at_once',
    unit: 'messages',
    default: 10_000,
    what: 'messages of one session that its agent has not read yet',
    remedy: 'Wait until the agent has read some, or interrupt the session.',
  },
  streams: {
    kind: 'at_once',
    unit: 'streams',
    default: 5_000,
    what: 'event streams that are open at one API process',
    remedy: 'Close streams that nobody reads, or read the events with GET …/events.',
  },
  reads_at_once: {
    kind: 'at_once',
    unit: 'reads',
    default: 20,
    what: 'GET requests of one API key that one API process serves at the same time. Others wait in order for up to 10 s',
    remedy: 'Send fewer requests at the same time.',
  },
  dialling_requests: {
    kind: 'at_once',
    unit: 'requests',
    default: 150,
    what: 'requests that wait for a server of others at one API process: discoveries, direct calls, tests of providers',
    remedy: 'Send fewer requests at the same time, or set shorter time limits.',
  },
  requests_per_second: {
    kind: 'rate',
    unit: 'requests',
    default: 2_000,
    what: 'requests of all API keys of the tenant at one API process, counted over 4 s',
    remedy: 'Send fewer requests.',
  },
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
  providers: {
    kind: 'stored',
    unit: 'providers',
    default: 100,
    what: 'connected providers of models',
    remedy: 'Disconnect one with DELETE /v1/providers/{id}.',
  },
  guardrail_providers: {
    kind: 'stored',
    unit: 'providers',
    default: 100,
    what: 'connected guardrail providers',
    remedy: 'Disconnect one with DELETE /v1/guardrails/providers/{id}.',
  },
  mcp_servers: {
    kind: 'stored',
    unit: 'servers',
    default: 200,
    what: 'registered MCP servers',
    remedy: 'Remove one with DELETE /v1/mcp/servers/{id}.',
  },
  tools: {
    kind: 'stored',
    unit: 'tools',
    default: 5_000,
    what: 'tools of all registered MCP servers, with those that a server lists no more',
    remedy: 'Remove servers that nobody needs with DELETE /v1/mcp/servers/{id}, or have them list fewer tools.',
  },
  tool_definition_bytes: {
    kind: 'stored',
    unit: 'bytes',
    default: 8_388_608,
    what: 'bytes of the definitions of these tools, as they are stored',
    remedy: 'Remove servers that nobody needs with DELETE /v1/mcp/servers/{id}, or have them list fewer tools.',
  },
  tool_policies: {
    kind: 'stored',
    unit: 'policies',
    default: 5_000,
    what: 'tool policies of tenant, departments and agents',
    remedy: 'Remove one with DELETE /v1/mcp/governance/policy/{id}.',
  },
  policy_comparisons: {
    kind: 'size',
    unit: 'comparisons',
    default: 150_000,
    what: 'comparisons of the patterns of all tool policies with names of tools. A pattern is compared with names that begin like it',
    remedy: 'Begin patterns with the name of a server, or use fewer patterns or tools.',
  },
  documents: {
    kind: 'stored',
    unit: 'documents',
    default: 20_000,
    what: 'context documents of all agents: SOUL, SKILL, WORKSPACE and REFERENCE',
    remedy: 'Delete documents that nobody needs with DELETE /v1/agents/{agent_id}/context/{kind}/{name}.',
  },
  document_bytes: {
    kind: 'stored',
    unit: 'bytes',
    default: 1_073_741_824,
    what: 'bytes of these documents, with the earlier versions that are kept',
    remedy: 'Delete documents that nobody needs, or write shorter ones.',
  },
  memory_entries: {
    kind: 'stored',
    unit: 'facts',
    default: 100_000,
    what: 'facts in the memory of all agents',
    remedy: 'Delete facts that nobody needs with DELETE /v1/memory/entries/{id}.',
  },
  ended_sessions: {
    kind: 'stored',
    unit: 'sessions',
    default: 1_000_000,
    what: 'sessions that have ended and are kept',
    remedy: 'Erase sessions that nobody needs with DELETE /v1/sessions/{id}.',
  },
  file_bytes: {
    kind: 'stored',
    unit: 'bytes',
    default: 34_359_738_368,
    what: 'bytes of the images of all sessions, and of results of tools that are kept as a whole or as files',
    remedy: 'Erase sessions that nobody needs with DELETE /v1/sessions/{id}, or send fewer images.',
  },
  idempotency_keys: {
    kind: 'stored',
    unit: 'keys',
    default: 5_000_000,
    what: 'values of the header Idempotency-Key, each of which is kept for 24 h',
    remedy: 'Send the header only with requests that may be sent again, or wait until keys are 24 h old.',
  },
  idempotency_bytes: {
    kind: 'stored',
    unit: 'bytes',
    default: 8_589_934_592,
    what: 'bytes of the answers that are kept for these keys',
    remedy: 'Send the header only with requests that may be sent again, or wait until keys are 24 h old.',
  },
  metadata_bytes: {
    kind: 'size',
    unit: 'bytes',
    default: 65_536,
    what: 'bytes of the metadata of one agent or one session, as JSON',
    remedy: 'Keep large data elsewhere, and its address in the metadata.',
  },
  context_bytes: {
    kind: 'size',
    unit: 'bytes',
    default: 262_144,
    what: 'bytes of the documents that one session has in place of those of its agent, as JSON',
    remedy: 'Shorten them: a prompt holds some thousand tokens of them.',
  },
  guardrail_bytes: {
    kind: 'size',
    unit: 'bytes',
    default: 262_144,
    what: 'bytes of the guardrails of the tenant or of one agent, as JSON',
    remedy: 'Use fewer phrases and rules.',
  },
  session_received_bytes: {
    kind: 'session',
    unit: 'bytes',
    default: 4_294_967_296,
    what: 'bytes that models and tool servers sent to one session, decoded. A session beyond the limit ends',
    remedy: 'Look for a model or a tool server that sends much more than it is asked for.',
  },
} as const satisfies Readonly<Record<string, TenantLimit>>;

export type LimitName = keyof typeof tenantLimits;

export type LimitNameOf<Kind extends LimitKind> = {
  [Name in LimitName]: (typeof tenantLimits)[Name]['kind'] extends Kind ? Name : never;
}[LimitName];

/** The limits whose use is counted in the rows of Postgres. */
export type CountedLimit = LimitNameOf<'stored'> | 'sessions';

/** The use that a tenant makes of a limit. */
export interface LimitUse {
  readonly name: LimitName;
  readonly used: number;
  readonly limit: number;
}

/** A limit that stands in the way of what was asked. */
export interface ReachedLimit extends LimitUse {
  /** The amount that was asked for on top of it. */
  readonly more: number;
}

export function limitNamed(name: LimitName): TenantLimit {
  return tenantLimits[name];
}

/** The names in the order of the table. */
export const limitNames: readonly LimitName[] = Object.keys(tenantLimits).filter(isLimitName);

/** True for a limit whose use is counted over the rows of the tenant. */
export function isCounted(name: LimitName): name is CountedLimit {
  return name === 'sessions' || limitNamed(name).kind === 'stored';
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
    case 'session':
      return `The limit "${name}" of this tenant is ${limit} ${unit} for each session. This session has used ${used}.`;
  }
}

import type { ToolEffect } from '../../contract/mcp.ts';
import { literalLength } from '../name-globs.ts';
import type { ToolNameIndex } from '../tool-name-index.ts';
import type { ArgumentRules, ToolStanding } from '../tool-verdict.ts';
import type { RateLimit } from './rate-limit.ts';
import type { TaintSetting, ToolPolicy, UnknownTools } from './tool-policy.ts';

/** The rules of policy for a tool, whatever the arguments of a call are. */
export interface ToolGovernance {
  readonly standing: ToolStanding;
  readonly effect: ToolEffect;
  readonly idempotent: boolean;
  /** The rules for the arguments of a call. Undefined: only the schema counts. */
  readonly argumentRules: ArgumentRules | undefined;
  readonly rateLimit: RateLimit | undefined;
  /** True: a call asks when output of an external tool is in the conversation. */
  readonly asksWhenTainted: boolean;
}

/** The settings of the tenant for all tools. */
export interface ToolSettings {
  readonly unknownTools: UnknownTools;
  readonly taint: TaintSetting;
}

/** The rule of a tool that no policy names. */
const DEFAULT_RULE = 'default';

/**
 * Finds the policies that name each tool, the most specific first. A policy of an agent goes before those of its department, and
 * those go before policies of the tenant. Among these, the glob with the longer literal part goes first. What still ties is
 * ordered by strictness: deny, ask, allow.
 * @param policies those that concern the agent: its own, those of its department, and those of the tenant
 * @returns the policies of a tool by its place in the index
 */
export function policiesByTool(policies: readonly ToolPolicy[], index: ToolNameIndex): (tool: number) => ToolPolicy[] {
  const ordered = policies
    .map((policy) => ({
      policy,
      rank: [scopeRank(policy), literalLength(policy.glob), strictness(policy), policy.updatedAt.getTime()],
    }))
    .sort((a, b) => difference(a.rank, b.rank) || (a.policy.id < b.policy.id ? -1 : 1));
  const found = new Map<number, ToolPolicy[]>();
  for (const { policy } of ordered) {
    for (const tool of index.matching(policy.glob, policy.matchedNames)) {
      const before = found.get(tool);
      if (before === undefined) found.set(tool, [policy]);
      else before.push(policy);
    }
  }
  return (tool) => found.get(tool) ?? [];
}

/**
 * The rules that the policies of a tool make together. The most specific policy says whether the tool is allowed and whether it
 * asks. Each other field comes from the most specific policy that states it.
 * @param policies those of the tool, the most specific first
 * @param known what is known of a bundled tool. No policy changes it: a policy for many tools is not meant for these facts.
 */
export function governanceOf(
  policies: readonly ToolPolicy[],
  known: { readonly effect: ToolEffect; readonly idempotent: boolean } | undefined,
  { unknownTools, taint }: ToolSettings,
): ToolGovernance {
  const [first] = policies;
  const ruled = policies.find(({ argumentRules }) => argumentRules !== null);
  const standing: ToolStanding =
    first === undefined
      ? { verdict: known === undefined ? unknownTools : 'allow', rule: DEFAULT_RULE }
      : { verdict: verdictOfPolicy(first), rule: first.id };
  // A tool of which nothing is known may change something, and it may not run twice.
  const effect = known?.effect ?? stated(policies, (policy) => policy.effect) ?? 'write';
  const trusted = known !== undefined || effect === 'read' || stated(policies, (policy) => policy.allowTainted);
  return {
    standing,
    effect,
    idempotent: known?.idempotent ?? stated(policies, (policy) => policy.idempotent) ?? false,
    argumentRules: ruled && { rule: ruled.id, rules: ruled.argumentRules ?? [] },
    rateLimit: rateLimitOf(policies),
    asksWhenTainted: taint === 'ask' && !trusted,
  };
}

function rateLimitOf(policies: readonly ToolPolicy[]): RateLimit | undefined {
  const limited = policies.find(({ rateLimit }) => rateLimit !== null);
  const limit = limited?.rateLimit ?? 'none';
  return limited === undefined || limit === 'none'
    ? undefined
    : { rule: limited.id, calls: limit.calls, perS: limit.per_s };
}

function verdictOfPolicy({ allowed, requiresApproval }: ToolPolicy): ToolStanding['verdict'] {
  if (!allowed) return 'deny';
  return requiresApproval ? 'ask' : 'allow';
}

function stated<Value>(policies: readonly ToolPolicy[], of: (policy: ToolPolicy) => Value | null): Value | undefined {
  for (const policy of policies) {
    const value = of(policy);
    if (value !== null) return value;
  }
  return undefined;
}

function scopeRank({ agentId, department }: ToolPolicy): number {
  if (agentId !== null) return 2;
  return department === null ? 0 : 1;
}

function strictness(policy: ToolPolicy): number {
  return { allow: 0, ask: 1, deny: 2 }[verdictOfPolicy(policy)];
}

/** Compares two ranks field by field. Negative: `a` goes first. */
function difference(a: readonly number[], b: readonly number[]): number {
  const place = a.findIndex((value, index) => value !== b[index]);
  return place === -1 ? 0 : (b[place] ?? 0) - (a[place] ?? 0);
}

import type { ArgumentRule } from '../../contract/argument-rules.ts';
import type { ToolEffect } from '../../contract/mcp.ts';
import type { ToolSettings } from './policies-of-tool.ts';
import type { TaintSetting, ToolPolicy, UnknownTools } from './tool-policy.ts';

/** Policies that a replay tries in place of those that hold for its agent. */
export interface TriedPolicy {
  readonly policies: readonly TriedRule[];
  /** Absent: what the tenant has set. */
  readonly unknownTools?: UnknownTools | undefined;
  readonly taint?: TaintSetting | undefined;
}

interface TriedRule {
  readonly glob: string;
  readonly allowed: boolean;
  readonly requiresApproval: boolean;
  readonly effect?: ToolEffect | undefined;
  readonly idempotent?: boolean | undefined;
  readonly argumentRules?: readonly ArgumentRule[] | undefined;
  readonly allowTainted?: boolean | undefined;
}

/** The tried policies as if they were stored for the whole tenant, and the settings that hold with them. */
export function triedSources(
  tried: TriedPolicy,
  settings: ToolSettings,
): { readonly policies: readonly ToolPolicy[]; readonly settings: ToolSettings } {
  return {
    policies: tried.policies.map((rule, place) => ({
      id: `tried_${place}`,
      glob: rule.glob,
      matchedNames: 'any',
      agentId: null,
      department: null,
      allowed: rule.allowed,
      requiresApproval: rule.requiresApproval,
      effect: rule.effect ?? null,
      idempotent: rule.idempotent ?? null,
      argumentRules: rule.argumentRules ?? null,
      rateLimit: null,
      allowTainted: rule.allowTainted ?? null,
      updatedAt: new Date(0),
    })),
    settings: { unknownTools: tried.unknownTools ?? settings.unknownTools, taint: tried.taint ?? settings.taint },
  };
}

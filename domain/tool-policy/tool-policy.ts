import type { ArgumentRule } from '../../contract/argument-rules.ts';
import type { ToolEffect } from '../../contract/mcp.ts';
import type { PolicyRateLimit } from '../../contract/tool-policy.ts';

/** A policy as it is stored. Null stands for what it does not state: there, less specific policies are asked. */
export interface ToolPolicy {
  readonly id: string;
  /** The pattern by which the policy names tools. */
  readonly glob: string;
  /**
   * `any`: the glob is matched with every name of a tool. `model`: with the name that models see, and with no other. Policies
   * that were written when there was no other name keep that meaning.
   */
  readonly matchedNames: 'any' | 'model';
  /** The one agent it is for. */
  readonly agentId: string | null;
  /** The one department it is for. Null, as `agentId` is, in a policy of the whole tenant. */
  readonly department: string | null;
  readonly allowed: boolean;
  readonly requiresApproval: boolean;
  readonly effect: ToolEffect | null;
  readonly idempotent: boolean | null;
  readonly argumentRules: readonly ArgumentRule[] | null;
  readonly rateLimit: PolicyRateLimit | null;
  /** True: the tools may change something although output of an external tool is in the conversation. */
  readonly allowTainted: boolean | null;
  readonly updatedAt: Date;
}

/** The verdict on a tool that no policy names, if it is not bundled. */
export type UnknownTools = 'allow' | 'ask' | 'deny';

/** The treatment of a tool that changes something or goes out, when output of an external tool is in the conversation. */
export type TaintSetting = 'ask' | 'off';

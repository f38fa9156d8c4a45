import type { ToolPolicy } from '../../../../domain/tool-policy/tool-policy.ts';

/** A policy that allows, and states nothing else but what is given. Its id says for whom and what it is. */
export function policy(glob: string, rest: Partial<ToolPolicy> = {}): ToolPolicy {
  return {
    id: [rest.agentId ?? rest.department, glob].filter((part) => part).join(' '),
    glob,
    matchedNames: 'any',
    agentId: null,
    department: null,
    allowed: true,
    requiresApproval: false,
    effect: null,
    idempotent: null,
    argumentRules: null,
    rateLimit: null,
    allowTainted: null,
    updatedAt: new Date(0),
    ...rest,
  };
}

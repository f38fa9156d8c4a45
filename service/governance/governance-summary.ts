import type { z } from 'zod';
import type { LifecycleState } from '../../contract/agents.ts';
import type { governanceSummarySchema } from '../../contract/governance.ts';
import { governanceCounts } from '../../db/queries/governance.ts';
import { readGuardrails } from '../../db/queries/guardrail-config.ts';
import { memoryBlocks } from '../../db/queries/memory-entry.ts';
import { effectiveRules } from '../../domain/guardrails/effective-rules.ts';
import { settingsOfTools } from '../tools/tool-policies.ts';
import { requireScope } from '../verb/context.ts';
import type { VerbWithoutInput } from '../verb/verb.ts';

/** Sums up what governs the agents of a tenant, and what waits for a person. */
export const governanceSummary: VerbWithoutInput<z.infer<typeof governanceSummarySchema>> = async ({ ctx }) => {
  requireScope(ctx, 'read');
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const counts = await governanceCounts(tx);
    const blocks = await memoryBlocks(tx, null);
    const rules = effectiveRules((await readGuardrails(tx)) ?? { tenant: {} });
    const sum = (of: 'entries' | 'tokens') => blocks.reduce((total, block) => total + block[of], 0);
    const agentsIn = (state: LifecycleState) => counts.agents.find((each) => each.state === state)?.agents ?? 0;
    return {
      agents: {
        active: agentsIn('active'),
        suspended: agentsIn('suspended'),
        terminated: agentsIn('terminated'),
      },
      sessions_paused_at: counts.sessionsPausedAt?.toISOString(),
      memory: { entries: sum('entries'), pinned: counts.pinned, tokens: sum('tokens'), blocks },
      tools: {
        ...(await settingsOfTools(tx)),
        servers: counts.servers,
        policies: counts.policies,
        quarantined: counts.quarantined,
      },
      approvals: { pending: counts.pendingApprovals },
      guardrails: { rules: rules.filter(({ enabled }) => enabled).length, providers: counts.guardrailProviders },
    };
  });
};

import type { JSONSchema } from 'json-schema-to-typescript';
import { openSchema } from './open-schema.ts';

/** Names of schemas that many operations have inline, by the operation that comes first, and names that say more than ours. */
const GIVEN_NAMES: Readonly<Record<string, string>> = {
  'agentProfiles.list query': 'PageQuery',
  'agentProfiles.delete answer': 'Deleted',
  'sessions.sendEvent answer': 'InboxReceipt',
  'sessions.listEvents item': 'SessionLogItem',
  'sessions.transcript item': 'TranscriptMessage',
  'sessions.transcript page': 'Transcript',
  'sessions.diff query': 'SessionDiffQuery',
  'sessions.turnDecision answer': 'TurnDecision',
  'sessions.turnContext answer': 'TurnContext',
  'context.preview answer': 'ContextPreview',
  'context.get answer': 'ContextDocumentWithContent',
  'providers.test answer': 'ProviderTest',
  'providers.catalog item': 'ProviderKind',
  'brModels.leaderboard item': 'LeaderboardEntry',
  'budget.status answer': 'BudgetStatus',
  'budget.setLimit answer': 'AgentBudget',
  'usage.summary answer': 'UsageSummary',
  'usage.byCostCenter query': 'UsageListQuery',
  'usage.summary query': 'UsageQuery',
  'usage.byCostCenter page': 'UsageByCostCenter',
  'usage.byOwner page': 'UsageByOwner',
  'usage.byCostCenter item': 'CostOfCostCenter',
  'usage.byOwner item': 'CostOfOwner',
  'mcp.discoverServer answer': 'McpDiscovery',
  'mcp.getGovernance answer': 'ToolGovernance',
  'mcp.updateGovernance answer': 'ToolGovernanceSettings',
  'mcp.checkCall answer': 'ToolCheck',
  'memory.getSettings answer': 'MemorySettings',
  'memory.block query': 'MemoryListQuery',
  'memory.append query': 'MemoryScopeQuery',
  'memory.query item': 'MemoryMatch',
  'memory.blocks item': 'MemoryBlock',
  'memory.init answer': 'MemoryFilled',
  'guardrails.getConfig query': 'GuardrailConfigQuery',
  'guardrails.test answer': 'GuardrailTest',
  'service.openapi answer': 'OpenApiDocument',
  'apiKeys.create answer': 'CreatedApiKey',
  'tenants.create answer': 'CreatedTenant',
  'tenants.get answer': 'TenantWithUse',
};

export interface Names {
  readonly definitions: Record<string, JSONSchema>;
  /** Gives a schema a name, or the name that an equal schema has, and returns a reference to it. */
  refer(use: string, schema: JSONSchema): JSONSchema;
  /** Gives a name to a schema that is open already. */
  define(use: string, schema: JSONSchema): JSONSchema;
}

export function createNames(): Names {
  const definitions: Record<string, JSONSchema> = {};
  const known = new Map<string, string>();
  return {
    definitions,
    refer(use, schema) {
      return schema.$ref === undefined ? this.define(use, openSchema(schema)) : openSchema(schema);
    },
    define(use, schema) {
      const key = JSON.stringify(schema);
      const name = known.get(key) ?? GIVEN_NAMES[use] ?? nameFor(use);
      known.set(key, name);
      definitions[name] = schema;
      return { $ref: `#/definitions/${name}` };
    },
  };
}

/** `budget.setLimit params` → `BudgetSetLimitParams` */
function nameFor(use: string): string {
  return pascal(use.replace(/ answer$/, ' response'));
}

export function nameIn({ $ref }: JSONSchema): string {
  return $ref?.split('/').at(-1) ?? 'unknown';
}

export function pascal(text: string): string {
  return text.replaceAll(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

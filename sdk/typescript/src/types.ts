// Generated from the OpenAPI document by `npm run sdk:types`. Changes are made in contract/.

import type { Page } from './paging/page.ts';

export type GuardrailRule =
  | {
      /**
       * Names the rule in events. A rule of an agent takes the place of the tenant’s rule with the same id.
       */
      id: string;
      /**
       * @minItems 1
       */
      hooks: ('input' | 'output' | 'tool_args' | 'tool_result' | (string & {}))[];
      /**
       * `warn`: an event says it and nothing is changed. `redact`: what was found is replaced. `block`: the whole text is withheld, and a call with such arguments is not made.
       */
      action: 'warn' | 'redact' | 'block' | (string & {});
      /**
       * Default: true.
       */
      enabled?: boolean;
      kind: 'secrets';
    }
  | {
      /**
       * Names the rule in events. A rule of an agent takes the place of the tenant’s rule with the same id.
       */
      id: string;
      /**
       * @minItems 1
       */
      hooks: ('input' | 'output' | 'tool_args' | 'tool_result' | (string & {}))[];
      /**
       * `warn`: an event says it and nothing is changed. `redact`: what was found is replaced. `block`: the whole text is withheld, and a call with such arguments is not made.
       */
      action: 'warn' | 'redact' | 'block' | (string & {});
      /**
       * Default: true.
       */
      enabled?: boolean;
      kind: 'personal_data';
      /**
       * What is found with less confidence does not count. Default: 0.5.
       */
      min_confidence?: number;
      /**
       * @minItems 1
       */
      entities?: ('email' | 'phone' | 'iban' | 'card' | 'ip' | (string & {}))[];
      /**
       * The country of phone numbers that are written without a country code. Default: "US".
       */
      phone_region?: string;
    }
  | {
      /**
       * Names the rule in events. A rule of an agent takes the place of the tenant’s rule with the same id.
       */
      id: string;
      /**
       * @minItems 1
       */
      hooks: ('input' | 'output' | 'tool_args' | 'tool_result' | (string & {}))[];
      /**
       * `warn`: an event says it and nothing is changed. `redact`: what was found is replaced. `block`: the whole text is withheld, and a call with such arguments is not made.
       */
      action: 'warn' | 'redact' | 'block' | (string & {});
      /**
       * Default: true.
       */
      enabled?: boolean;
      kind: 'prompt_injection';
      /**
       * What is found with less confidence does not count. Default: 0.5.
       */
      min_confidence?: number;
    }
  | {
      /**
       * Names the rule in events. A rule of an agent takes the place of the tenant’s rule with the same id.
       */
      id: string;
      /**
       * @minItems 1
       */
      hooks: ('input' | 'output' | 'tool_args' | 'tool_result' | (string & {}))[];
      /**
       * `warn`: an event says it and nothing is changed. `redact`: what was found is replaced. `block`: the whole text is withheld, and a call with such arguments is not made.
       */
      action: 'warn' | 'redact' | 'block' | (string & {});
      /**
       * Default: true.
       */
      enabled?: boolean;
      kind: 'phrases';
      /**
       * @minItems 1
       */
      phrases: string[];
      /**
       * False: a phrase is also found inside a longer word. Default: true.
       */
      whole_words?: boolean;
      /**
       * What is found with less confidence does not count. Default: 0.5.
       */
      min_confidence?: number;
    }
  | {
      /**
       * Names the rule in events. A rule of an agent takes the place of the tenant’s rule with the same id.
       */
      id: string;
      /**
       * @minItems 1
       */
      hooks: ('input' | 'output' | 'tool_args' | 'tool_result' | (string & {}))[];
      /**
       * `warn`: an event says it and nothing is changed. `redact`: what was found is replaced. `block`: the whole text is withheld, and a call with such arguments is not made.
       */
      action: 'warn' | 'redact' | 'block' | (string & {});
      /**
       * Default: true.
       */
      enabled?: boolean;
      kind: 'topic';
      topic: string;
      /**
       * @minItems 1
       */
      terms: string[];
      /**
       * How many different terms make a text be about the topic. Default: 2.
       */
      min_terms?: number;
    }
  | {
      /**
       * Names the rule in events. A rule of an agent takes the place of the tenant’s rule with the same id.
       */
      id: string;
      hooks: [number];
      action: 'warn' | 'block' | (string & {});
      /**
       * Default: true.
       */
      enabled?: boolean;
      kind: 'answer_schema';
      /**
       * JSON Schema of answers that call no tool.
       */
      schema: {
        [k: string]: unknown;
      };
    }
  | {
      /**
       * Names the rule in events. A rule of an agent takes the place of the tenant’s rule with the same id.
       */
      id: string;
      /**
       * @minItems 1
       */
      hooks: ('input' | 'output' | 'tool_args' | 'tool_result' | (string & {}))[];
      action: 'warn' | 'block' | (string & {});
      /**
       * Default: true.
       */
      enabled?: boolean;
      kind: 'size';
      max_characters: number;
    }
  | {
      /**
       * Names the rule in events. A rule of an agent takes the place of the tenant’s rule with the same id.
       */
      id: string;
      /**
       * @minItems 1
       */
      hooks: ('input' | 'output' | 'tool_args' | 'tool_result' | (string & {}))[];
      /**
       * `warn`: an event says it and nothing is changed. `redact`: what was found is replaced. `block`: the whole text is withheld, and a call with such arguments is not made.
       */
      action: 'warn' | 'redact' | 'block' | (string & {});
      /**
       * Default: true.
       */
      enabled?: boolean;
      kind: 'provider';
      /**
       * The name or the id of a connected guardrail provider.
       */
      provider: string;
    };
export type InboxEvent =
  | {
      type: 'user.message';
      text: string;
      /**
       * Images that belong to the text. A model that takes no images gets a line in place of each.
       *
       * @minItems 1
       */
      images?: UserImage[];
      /**
       * Refuses the event unless the session has this many turns (`turns`), so that it is at the turn with this index: the one under way or, while it waits, the next one. Absent: at any turn.
       */
      expected_turn?: number;
    }
  | {
      type: 'user.interrupt';
      /**
       * Refuses the event unless the session has this many turns (`turns`), so that it is at the turn with this index: the one under way or, while it waits, the next one. Absent: at any turn.
       */
      expected_turn?: number;
    }
  | {
      type: 'user.tool_confirmation';
      tool_use_id: string;
      result: 'allow' | 'deny' | (string & {});
      /**
       * The model reads it.
       */
      deny_message?: string;
      /**
       * `call` (default): this call. `session`: also later calls of the tool in this session, where the same rule asks. `always`: writes a policy that allows the tool, which needs a key with scope "admin".
       */
      scope?: 'call' | 'session' | 'always' | (string & {});
      /**
       * Refuses the event unless the session has this many turns (`turns`), so that it is at the turn with this index: the one under way or, while it waits, the next one. Absent: at any turn.
       */
      expected_turn?: number;
    }
  | {
      type: 'user.effect_resolution';
      tool_use_id: string;
      /**
       * `retry`: the call is made once more. `skip`: the model is told that nobody knows whether it took effect. `result`: the model is given `result` as if the tool had answered it.
       */
      action: 'retry' | 'skip' | 'result' | (string & {});
      result?: string;
      /**
       * Refuses the event unless the session has this many turns (`turns`), so that it is at the turn with this index: the one under way or, while it waits, the next one. Absent: at any turn.
       */
      expected_turn?: number;
    }
  | {
      type: 'user.form_response';
      tool_use_id: string;
      /**
       * `accept`: with `content` for a form; for an address, the person agrees to open it. `decline`: the person does not want to answer. `cancel`: the person did not choose.
       */
      action: 'accept' | 'decline' | 'cancel' | (string & {});
      /**
       * The fields of the form. It fits `requestedSchema`, goes to the server, and is then forgotten.
       */
      content?: {
        [k: string]: string | number | boolean | string[];
      };
      /**
       * Refuses the event unless the session has this many turns (`turns`), so that it is at the turn with this index: the one under way or, while it waits, the next one. Absent: at any turn.
       */
      expected_turn?: number;
    };
export type Transcript = Page<TranscriptMessage> & {
  /**
   * The summaries whose last turn is on this page.
   */
  summaries: {
    /**
     * The first turn that it covers.
     */
    from_turn: number;
    /**
     * The last turn that it covers.
     */
    to_turn: number;
    text: string;
    model: string;
    provider: string;
    created_at: string;
  }[];
};
export type UsageByCostCenter = Page<CostOfCostCenter> & {
  period: string;
};
export type UsageByOwner = Page<CostOfOwner> & {
  period: string;
};
export type StoredEvent = SessionEvent & {
  seq: number;
  created_at: string;
};
export type SessionEvent =
  | {
      type: 'session.status_running';
      data: SessionStatusRunningData;
    }
  | {
      type: 'session.status_idle';
      data: SessionStatusIdleData;
    }
  | {
      type: 'session.status_ended';
      data: SessionStatusEndedData;
    }
  | {
      type: 'agent.message';
      data: AgentMessageData;
    }
  | {
      type: 'agent.tool_use';
      data: AgentToolUseData;
    }
  | {
      type: 'agent.tool_result';
      data: AgentToolResultData;
    }
  | {
      type: 'br.model_selected';
      data: BrModelSelectedData;
    }
  | {
      type: 'br.guardrail_intervention';
      data: BrGuardrailInterventionData;
    }
  | {
      type: 'br.budget_warning';
      data: BrBudgetWarningData;
    }
  | {
      type: 'br.routing_savings';
      data: BrRoutingSavingsData;
    };
export type StoredCompaction = SessionCompacted & {
  /**
   * `<seq>.0.<number of the summary>`: the id of its frame, and a cursor.
   */
  id: string;
  /**
   * The `seq` of the event that it follows.
   */
  seq: number;
  created_at: string;
};
export type SessionLogItem = StoredEvent | StoredCompaction;
export type TranscriptMessage =
  | {
      role: 'user';
      turn_index: number;
      text: string;
      images?: ImageReference[];
    }
  | {
      role: 'assistant';
      turn_index: number;
      text: string;
      model: string;
      provider: string;
      tool_calls: {
        tool_use_id: string;
        tool_name: string;
        args: {
          [k: string]: unknown;
        };
      }[];
    }
  | {
      role: 'tool';
      turn_index: number;
      tool_use_id: string;
      tool_name: string;
      /**
       * Null while the call has no result yet.
       */
      output: string | null;
      is_error: boolean;
      state: string;
      /**
       * The artifact with the whole result. Present where `output` is only its beginning.
       */
      artifact_id?: string;
      images?: ImageReference[];
    };

/**
 * What each operation takes and answers, by its `operationId`.
 */
export interface Operations {
  'agentProfiles.delete': {
    answer: Deleted;
  };
  'agentProfiles.list': {
    query: PageQuery;
    answer: Page<AgentProfile>;
  };
  'agent.bootstrap': {
    body: AgentBootstrapParams;
    answer: AgentBootstrap;
  };
  'agentProfiles.create': {
    body: AgentProfilesCreateParams;
    answer: AgentProfile;
  };
  'agentProfiles.get': {
    answer: AgentProfile;
  };
  'agentProfiles.transition': {
    body: AgentProfilesTransitionParams;
    answer: AgentProfile;
  };
  'agentProfiles.update': {
    body: AgentProfilesUpdateParams;
    answer: AgentProfile;
  };
  'apiKeys.create': {
    body: ApiKeysCreateParams;
    answer: CreatedApiKey;
  };
  'apiKeys.list': {
    query: PageQuery;
    answer: Page<ApiKey>;
  };
  'apiKeys.revoke': {
    answer: Deleted;
  };
  'approvals.approve': {
    body: ApprovalsApproveParams;
    answer: Approval;
  };
  'approvals.deny': {
    body: ApprovalsDenyParams;
    answer: Approval;
  };
  'approvals.get': {
    answer: Approval;
  };
  'approvals.list': {
    query: ApprovalsListQuery;
    answer: Page<Approval>;
  };
  'brModels.leaderboard': {
    query: BrModelsLeaderboardQuery;
    answer: Page<LeaderboardEntry>;
  };
  'brModels.list': {
    query: PageQuery;
    answer: Page<Model>;
  };
  'budget.setLimit': {
    body: BudgetSetLimitParams;
    answer: AgentBudget;
  };
  'budget.status': {
    answer: BudgetStatus;
  };
  'bulkJobs.cancel': {
    answer: BulkJob;
  };
  'bulkJobs.create': {
    body: BulkRequest;
    answer: BulkPreview | BulkJob;
  };
  'bulkJobs.get': {
    answer: BulkJob;
  };
  'bulkJobs.list': {
    query: PageQuery;
    answer: Page<BulkJob>;
  };
  'bulkJobs.listItems': {
    query: BulkJobsListItemsQuery;
    answer: Page<BulkItem>;
  };
  'context.delete': {
    answer: Deleted;
  };
  'context.get': {
    query: ContextGetQuery;
    answer: ContextDocumentWithContent;
  };
  'context.list': {
    query: PageQuery;
    answer: Page<ContextDocument>;
  };
  'context.listKind': {
    query: PageQuery;
    answer: Page<ContextDocument>;
  };
  'context.preview': {
    query: ContextPreviewQuery;
    answer: ContextPreview;
  };
  'context.put': {
    body: ContextPutParams;
    answer: ContextDocument;
  };
  'governance.audit': {
    query: GovernanceAuditQuery;
    answer: Page<AuditEntry>;
  };
  'governance.auditStats': {
    answer: AuditStats;
  };
  'governance.summary': {
    answer: GovernanceSummary;
  };
  'guardrails.addProvider': {
    body: GuardrailProviderRequest;
    answer: GuardrailProvider;
  };
  'guardrails.getConfig': {
    query: GuardrailConfigQuery;
    answer: GuardrailConfig;
  };
  'guardrails.listProviders': {
    query: PageQuery;
    answer: Page<GuardrailProvider>;
  };
  'guardrails.removeProvider': {
    answer: Deleted;
  };
  'guardrails.templates': {
    query: PageQuery;
    answer: Page<GuardrailTemplate>;
  };
  'guardrails.test': {
    body: GuardrailsTestParams;
    answer: GuardrailTest;
  };
  'guardrails.updateConfig': {
    body: GuardrailsUpdateConfigParams;
    query: GuardrailConfigQuery;
    answer: GuardrailConfig;
  };
  'health.live': {
    answer: HealthLiveResponse;
  };
  'health.ready': {
    answer: HealthReadyResponse;
  };
  'limits.get': {
    answer: Page<Limit>;
  };
  'mcp.acceptTool': {
    body: AcceptMcpToolRequest;
    answer: McpServer;
  };
  'mcp.audit': {
    query: McpAuditQuery;
    answer: Page<AuditEntry>;
  };
  'mcp.authorizeServer': {
    answer: AuthorizationLink;
  };
  'mcp.callTool': {
    body: McpCallToolParams;
    answer: DirectToolCall | AskedDirectToolCall;
  };
  'mcp.checkCall': {
    body: ToolCheckRequest;
    answer: ToolCheck;
  };
  'mcp.clientDocument': {
    answer: OAuthClientDocument;
  };
  'mcp.discoverServer': {
    answer: McpDiscovery;
  };
  'mcp.finishAuthorization': {
    query: McpFinishAuthorizationQuery;
    answer: string;
  };
  'mcp.getCall': {
    answer: DirectToolCall;
  };
  'mcp.getCallResult': {
    answer: string;
  };
  'mcp.getGovernance': {
    query: PageQuery;
    answer: ToolGovernance;
  };
  'mcp.getPolicy': {
    answer: ToolPolicy;
  };
  'mcp.getServer': {
    answer: McpServer;
  };
  'mcp.listServers': {
    query: PageQuery;
    answer: Page<McpServer>;
  };
  'mcp.listTools': {
    query: McpListToolsQuery;
    answer: Page<McpTool>;
  };
  'mcp.registerServer': {
    body: McpServerRequest;
    answer: McpServer;
  };
  'mcp.removePolicy': {
    answer: Deleted;
  };
  'mcp.removeServer': {
    answer: Deleted;
  };
  'mcp.setPolicy': {
    body: ToolPolicyRequest;
    answer: ToolPolicy;
  };
  'mcp.updateGovernance': {
    body: McpUpdateGovernanceParams;
    answer: ToolGovernanceSettings;
  };
  'mcp.updateServer': {
    body: McpServerRequest;
    answer: McpServer;
  };
  'mcp.verifyAudit': {
    query: McpVerifyAuditQuery;
    answer: AuditVerification;
  };
  'memory.append': {
    body: MemoryAppendParams;
    query: MemoryScopeQuery;
    answer: MemoryEntry;
  };
  'memory.block': {
    query: MemoryListQuery;
    answer: Page<MemoryEntry>;
  };
  'memory.blocks': {
    query: MemoryListQuery;
    answer: Page<MemoryBlock>;
  };
  'memory.entries': {
    query: MemoryListQuery;
    answer: Page<MemoryEntry>;
  };
  'memory.getSettings': {
    answer: MemorySettings;
  };
  'memory.init': {
    body: MemoryInitParams;
    query: MemoryScopeQuery;
    answer: MemoryFilled;
  };
  'memory.query': {
    body: MemoryQueryParams;
    query: MemoryScopeQuery;
    answer: Page<MemoryMatch>;
  };
  'memory.remove': {
    answer: Deleted;
  };
  'memory.update': {
    body: MemoryUpdateParams;
    answer: MemoryEntry;
  };
  'memory.updateSettings': {
    body: MemoryUpdateSettingsParams;
    answer: MemorySettings;
  };
  'providers.catalog': {
    answer: Page<ProviderKind>;
  };
  'providers.list': {
    query: PageQuery;
    answer: Page<Provider>;
  };
  'providers.register': {
    body: RegisterProvider;
    answer: Provider;
  };
  'providers.remove': {
    answer: Deleted;
  };
  'providers.test': {
    body: RegisterProvider;
    answer: ProviderTest;
  };
  'providers.testConnected': {
    answer: ProviderTest;
  };
  'providers.update': {
    body: PatchProvider;
    answer: Provider;
  };
  'service.docs': {
    answer: string;
  };
  'service.docsFile': {
    answer: Response;
  };
  'service.home': {
    answer: string;
  };
  'service.metrics': {
    answer: string;
  };
  'service.openapi': {
    answer: OpenApiDocument;
  };
  'sessions.artifact': {
    answer: Response;
  };
  'sessions.count': {
    query: SessionsCountQuery;
    answer: SessionCount;
  };
  'sessions.delete': {
    answer: Deleted;
  };
  'sessions.diff': {
    query: SessionDiffQuery;
    answer: SessionDiff;
  };
  'sessions.export': {
    answer: Response;
  };
  'sessions.fork': {
    body: ForkRequest;
    answer: Session;
  };
  'sessions.forks': {
    query: PageQuery;
    answer: Page<Session>;
  };
  'sessions.get': {
    answer: Session;
  };
  'sessions.list': {
    query: SessionsListQuery;
    answer: Page<Session>;
  };
  'sessions.listEvents': {
    query: SessionsListEventsQuery;
    answer: Page<SessionLogItem>;
  };
  'sessions.pause': {
    answer: Session;
  };
  'sessions.pauseAll': {
    answer: OrderToAllSessions;
  };
  'sessions.replay': {
    body: ReplayRequest;
    answer: Session;
  };
  'sessions.resume': {
    answer: Session;
  };
  'sessions.resumeAll': {
    answer: OrderToAllSessions;
  };
  'sessions.retry': {
    body: RetryRequest;
    answer: Session;
  };
  'sessions.rewind': {
    body: RewindRequest;
    answer: RewoundSession;
  };
  'sessions.sendEvent': {
    body: InboxEvent;
    answer: InboxReceipt;
  };
  'sessions.terminate': {
    answer: Session;
  };
  'sessions.terminateAll': {
    answer: AllTerminated;
  };
  'sessions.transcript': {
    query: PageQuery;
    answer: Transcript;
  };
  'sessions.turn': {
    answer: TurnTimes;
  };
  'sessions.turnContext': {
    query: SessionsTurnContextQuery;
    answer: TurnContext;
  };
  'sessions.turnDecision': {
    answer: TurnDecision;
  };
  'sessions.update': {
    body: SessionsUpdateParams;
    answer: Session;
  };
  'sessions.why': {
    answer: SessionWhy;
  };
  'tenants.create': {
    body: TenantsCreateParams;
    answer: CreatedTenant;
  };
  'tenants.get': {
    answer: TenantWithUse;
  };
  'tenants.list': {
    query: PageQuery;
    answer: Page<Tenant>;
  };
  'tenants.resume': {
    answer: Tenant;
  };
  'tenants.suspend': {
    body: TenantsSuspendParams;
    answer: Tenant;
  };
  'tenants.update': {
    body: TenantsUpdateParams;
    answer: Tenant;
  };
  'usage.byCostCenter': {
    query: UsageListQuery;
    answer: UsageByCostCenter;
  };
  'usage.byOwner': {
    query: UsageListQuery;
    answer: UsageByOwner;
  };
  'usage.summary': {
    query: UsageQuery;
    answer: UsageSummary;
  };
  'agentRuns.artifact': {
    answer: Response;
  };
  'agentRuns.create': {
    body: RunRequest;
    answer: Session;
  };
  'agentRuns.delete': {
    answer: Deleted;
  };
  'agentRuns.diff': {
    query: SessionDiffQuery;
    answer: SessionDiff;
  };
  'agentRuns.export': {
    answer: Response;
  };
  'agentRuns.fork': {
    body: ForkRequest;
    answer: Session;
  };
  'agentRuns.forks': {
    query: PageQuery;
    answer: Page<Session>;
  };
  'agentRuns.get': {
    answer: Session;
  };
  'agentRuns.list': {
    query: SessionsListQuery;
    answer: Page<Session>;
  };
  'agentRuns.listEvents': {
    query: SessionsListEventsQuery;
    answer: Page<SessionLogItem>;
  };
  'agentRuns.pause': {
    answer: Session;
  };
  'agentRuns.pauseAll': {
    answer: AgentProfile;
  };
  'agentRuns.replay': {
    body: ReplayRequest;
    answer: Session;
  };
  'agentRuns.resume': {
    answer: Session;
  };
  'agentRuns.resumeAll': {
    answer: AgentProfile;
  };
  'agentRuns.retry': {
    body: RetryRequest;
    answer: Session;
  };
  'agentRuns.rewind': {
    body: RewindRequest;
    answer: RewoundSession;
  };
  'agentRuns.run': {
    body: RunRequest;
    query: AgentRunsRunQuery;
    answer: Session;
  };
  'agentRuns.sendEvent': {
    body: InboxEvent;
    answer: InboxReceipt;
  };
  'agentRuns.terminate': {
    answer: Session;
  };
  'agentRuns.terminateAll': {
    answer: TerminatedSessions;
  };
  'agentRuns.transcript': {
    query: PageQuery;
    answer: Transcript;
  };
  'agentRuns.turn': {
    answer: TurnTimes;
  };
  'agentRuns.turnContext': {
    query: SessionsTurnContextQuery;
    answer: TurnContext;
  };
  'agentRuns.turnDecision': {
    answer: TurnDecision;
  };
  'agentRuns.update': {
    body: SessionsUpdateParams;
    answer: Session;
  };
  'agentRuns.why': {
    answer: SessionWhy;
  };
}
export interface Deleted {
  id: string;
  deleted: true;
}
export interface PageQuery {
  /**
   * Default: 50.
   */
  limit?: number;
  cursor?: string;
}
export interface AgentBootstrapParams {
  /**
   * 3 to 64 characters of a-z, 0-9 and -.
   */
  agent_id: string;
  display_name?: string;
  /**
   * The most that the agent may spend on a day (UTC). Absent: no cap.
   */
  budget_daily_usd?: number;
  department?: string;
  /**
   * The most tokens of a prompt, for runs that do not say.
   */
  context_tokens?: number;
  /**
   * The most tokens of an answer, for runs that do not say.
   */
  max_output_tokens?: number;
  /**
   * What follows at the end of the money, for runs that do not say. Absent: `stop`.
   */
  on_budget?: 'stop' | 'ask' | 'downgrade' | (string & {});
  /**
   * How long a call waits for an approval, for runs that do not say. Absent: their `idle_timeout_s`.
   */
  approval_timeout_s?: number;
  metadata?: {
    [k: string]: unknown;
  };
}
export interface AgentBootstrap {
  profile: AgentProfile;
  budget: {
    /**
     * Null: no daily cap.
     */
    profile_daily_usd: number | null;
    /**
     * The cap that holds today. Null: none.
     */
    enforced_daily_usd: number | null;
    spent_today_usd: number;
  };
  next_steps: {
    [k: string]: string;
  };
}
export interface AgentProfile {
  agentId: string;
  displayName: string;
  department: string | null;
  role: string;
  lifecycleState: 'active' | 'suspended' | 'terminated' | (string & {});
  budgetDailyUsd: number | null;
  contextTokens: number | null;
  maxOutputTokens: number | null;
  /**
   * Null: `stop`.
   */
  onBudget: 'stop' | 'ask' | 'downgrade' | (string & {}) | null;
  /**
   * Null: the `idle_timeout_s` of the run.
   */
  approvalTimeoutS: number | null;
  metadata: {
    [k: string]: unknown;
  };
  /**
   * Since when all its sessions are to pause. Absent: they are not.
   */
  pausedAt?: string;
  createdAt: string;
  updatedAt: string;
}
export interface AgentProfilesCreateParams {
  displayName?: string;
  display_name?: string;
  department?: string | null;
  /**
   * The most that the agent may spend on a day (UTC). Null: no cap.
   */
  budgetDailyUsd?: number | null;
  budget_daily_usd?: number | null;
  /**
   * The most tokens of a prompt, for runs that do not say.
   */
  contextTokens?: number | null;
  context_tokens?: number | null;
  /**
   * The most tokens of an answer, for runs that do not say.
   */
  maxOutputTokens?: number | null;
  max_output_tokens?: number | null;
  /**
   * What follows at the end of the money, for runs that do not say. Null: `stop`.
   */
  onBudget?: 'stop' | 'ask' | 'downgrade' | (string & {}) | null;
  on_budget?: 'stop' | 'ask' | 'downgrade' | (string & {}) | null;
  /**
   * How long a call waits for an approval, for runs that do not say. Null: their `idle_timeout_s`.
   */
  approvalTimeoutS?: number | null;
  approval_timeout_s?: number | null;
  metadata?: {
    [k: string]: unknown;
  };
  /**
   * 3 to 64 characters of a-z, 0-9 and -.
   */
  agentId?: string;
  /**
   * 3 to 64 characters of a-z, 0-9 and -.
   */
  agent_id?: string;
}
export interface AgentProfilesTransitionParams {
  state: 'active' | 'suspended' | 'terminated' | (string & {});
}
export interface AgentProfilesUpdateParams {
  displayName?: string;
  display_name?: string;
  department?: string | null;
  /**
   * The most that the agent may spend on a day (UTC). Null: no cap.
   */
  budgetDailyUsd?: number | null;
  budget_daily_usd?: number | null;
  /**
   * The most tokens of a prompt, for runs that do not say.
   */
  contextTokens?: number | null;
  context_tokens?: number | null;
  /**
   * The most tokens of an answer, for runs that do not say.
   */
  maxOutputTokens?: number | null;
  max_output_tokens?: number | null;
  /**
   * What follows at the end of the money, for runs that do not say. Null: `stop`.
   */
  onBudget?: 'stop' | 'ask' | 'downgrade' | (string & {}) | null;
  on_budget?: 'stop' | 'ask' | 'downgrade' | (string & {}) | null;
  /**
   * How long a call waits for an approval, for runs that do not say. Null: their `idle_timeout_s`.
   */
  approvalTimeoutS?: number | null;
  approval_timeout_s?: number | null;
  metadata?: {
    [k: string]: unknown;
  };
}
export interface ApiKeysCreateParams {
  /**
   * Default: "".
   */
  name?: string;
  /**
   * @minItems 1
   */
  scopes?: ('admin' | 'run' | 'read' | (string & {}))[];
  expires_at?: string;
}
export interface CreatedApiKey {
  id: string;
  name: string;
  /**
   * The first characters of the key, to recognise it by.
   */
  prefix: string;
  scopes: ('admin' | 'run' | 'read' | (string & {}))[];
  created_at: string;
  expires_at: string | null;
  revoked_at: string | null;
  last_used_at: string | null;
  /**
   * The key itself. It is shown this once, and not when the request is replayed.
   */
  key?: string;
}
export interface ApprovalsApproveParams {
  /**
   * `call` (default): this call. `session`: also later calls of the tool in this session, where the same rule asks. `always`: writes a policy that allows the tool, which needs a key with scope "admin".
   */
  scope?: 'call' | 'session' | 'always' | (string & {});
}
export interface Approval {
  id: string;
  /**
   * `approval`: may the call be made? Answered by `user.tool_confirmation`. `effect_unknown`: the call was made, and nobody knows whether it took effect. Answered by `user.effect_resolution`. `form`: a server asks for details in the middle of the call. Answered by `user.form_response`.
   */
  kind: 'approval' | 'effect_unknown' | 'form' | (string & {});
  /**
   * `answered`: a question other than an approval has its answer. `withdrawn`: the session ended first. Every status but `pending` is final.
   */
  status: 'pending' | 'approved' | 'denied' | 'answered' | 'expired' | 'withdrawn' | (string & {});
  /**
   * Null: the call was made without a session.
   */
  session_id: string | null;
  agent_id: string | null;
  tool_use_id: string;
  tool_name: string;
  server_id: string;
  effect: 'read' | 'write' | 'egress' | (string & {});
  args: {
    [k: string]: unknown;
  };
  /**
   * What asked: the id of a policy, or `default` where no policy names the tool.
   */
  rule: string;
  turn_index: number | null;
  /**
   * With `kind` "effect_unknown": what is known of the call.
   */
  happened?: string;
  /**
   * With `kind` "form": what the server asks for.
   */
  form?:
    | {
        mode: 'form';
        message: string;
        /**
         * A flat JSON Schema of type object: texts, numbers, truth values and choices.
         */
        requestedSchema: {
          [k: string]: unknown;
        };
      }
    | {
        mode: 'url';
        message: string;
        /**
         * To be opened by the person, who does there what the server asks for. Show its host before.
         */
        url: string;
      };
  /**
   * What the session has cost so far.
   */
  cost_usd: number;
  /**
   * The last calls of the session that have a result, the latest first.
   */
  ran_before: {
    tool_name: string;
    turn_index: number;
    outcome: string;
  }[];
  created_at: string;
  expires_at: string;
  answered_at: string | null;
  /**
   * The id of an API key, or the rule that decided instead of a person.
   */
  answered_by: string | null;
  /**
   * How far an approval reaches.
   */
  scope?: string;
  deny_message?: string;
  /**
   * How a question about an unknown effect was answered.
   */
  action?: string;
  /**
   * What has become of the call. `not_made`: it was never sent, because it was withdrawn, or its tool was gone. Null: the call was made without a session.
   */
  call_state:
    'intended' | 'dispatched' | 'succeeded' | 'failed' | 'denied' | 'unknown' | 'not_made' | (string & {}) | null;
  /**
   * What the server answered to a call after it was given up. It was recorded and not applied.
   */
  late_answer?: {
    outcome: string;
    /**
     * Its first 2 KiB.
     */
    preview: string;
  };
}
export interface ApprovalsDenyParams {
  /**
   * The model reads it.
   */
  deny_message?: string;
}
export interface ApprovalsListQuery {
  /**
   * Default: 50.
   */
  limit?: number;
  cursor?: string;
  /**
   * `answered`: a question other than an approval has its answer. `withdrawn`: the session ended first. Every status but `pending` is final.
   */
  status?: 'pending' | 'approved' | 'denied' | 'answered' | 'expired' | 'withdrawn' | (string & {});
  /**
   * `approval`: may the call be made? Answered by `user.tool_confirmation`. `effect_unknown`: the call was made, and nobody knows whether it took effect. Answered by `user.effect_resolution`. `form`: a server asks for details in the middle of the call. Answered by `user.form_response`.
   */
  kind?: 'approval' | 'effect_unknown' | 'form' | (string & {});
  session_id?: string;
  agent_id?: string;
}
export interface BrModelsLeaderboardQuery {
  /**
   * `reward`, `samples` or `updated`; anything else is `reward`. Default: "reward".
   */
  sort?: string;
  provider?: string;
  /**
   * Default: 50.
   */
  limit?: number;
  /**
   * Default: 0.
   */
  offset?: number | null;
}
export interface BudgetSetLimitParams {
  /**
   * 3 to 64 characters of a-z, 0-9 and -.
   */
  agent_id: string;
  /**
   * Null: no daily cap.
   */
  daily_usd: number | null;
}
export interface AgentBudget {
  /**
   * Null: no daily cap.
   */
  profile_daily_usd: number | null;
  /**
   * The cap that holds today. Null: none.
   */
  enforced_daily_usd: number | null;
  spent_today_usd: number;
  agent_id: string;
}
export interface BudgetStatus {
  /**
   * UTC, yyyy-mm-dd.
   */
  day: string;
  spent_today_usd: number;
  reserved_usd: number;
  agents: {
    agent_id: string;
    daily_cap_usd: number | null;
    spent_today_usd: number;
    reserved_usd: number;
    remaining_usd: number | null;
  }[];
}
export interface BulkJob {
  id: string;
  action: 'retry' | 'terminate' | 'interrupt' | 'pause' | 'resume' | 'delete' | (string & {});
  filter: {
    [k: string]: unknown;
  };
  retry?: RetryRequest;
  rate: number;
  /**
   * `failed`: nobody answers for it any more, as `error` says.
   */
  status: 'running' | 'completed' | 'cancelled' | 'failed' | (string & {});
  /**
   * How many sessions matched when it began.
   */
  sessions: number;
  progress: {
    pending: number;
    done: number;
    refused: number;
    failed: number;
    not_done: number;
  };
  /**
   * Sessions that were refused for a reason which passes, such as `too_many_sessions`. They are tried again.
   */
  waiting?: {
    code: string;
    message: string;
    sessions: number;
  };
  estimate: {
    /**
     * How long it takes at this rate, without the sessions that would be refused. A retry that finds no room for another live session waits longer.
     */
    seconds: number;
    /**
     * What the sessions may cost from then on, where they go on: what completed sessions of their agents cost on average, without what each has spent, and no more than its cap leaves.
     */
    cost_usd: number;
    /**
     * What the caps of these sessions leave together. Null: one of them has no cap.
     */
    cost_at_most_usd: number | null;
    /**
     * Sessions that go on and whose agents have no completed session to compare with.
     */
    sessions_without_estimate: number;
  };
  /**
   * How long what is pending takes at this rate.
   */
  seconds_left?: number;
  /**
   * The API key that answers for it.
   */
  created_by: string;
  created_at: string;
  ended_at?: string;
  error?: {
    code: string;
    message: string;
  };
}
export interface RetryRequest {
  /**
   * Where it goes on: `failed_stage`, the stage of the turn that failed; or `last_turn`, which takes the last turn out of the transcript and does it again. Absent: `failed_stage`.
   */
  from?: 'failed_stage' | 'last_turn' | (string & {});
  /**
   * The new cap of the run. Absent: it stays.
   */
  budget_cap_usd?: number;
  /**
   * The new number of turns, from the first on. Absent: it stays.
   */
  max_turns?: number;
  /**
   * The models that may be chosen from now on. Absent: they stay.
   *
   * @minItems 1
   */
  models?: string[];
  /**
   * `accept`: go on although nobody knows whether calls that were under way at the end took effect. The model is told so.
   */
  unknown_effects?: 'accept';
}
export interface BulkRequest {
  /**
   * What is done to each session: what `POST …/retry`, `…/terminate`, `…/pause` or `…/resume`, the event `user.interrupt` or `DELETE` does to one.
   */
  action: 'retry' | 'terminate' | 'interrupt' | 'pause' | 'resume' | 'delete' | (string & {});
  /**
   * Which sessions: the filters of `GET /v1/sessions`, at least one. The sessions that match now are those of the job.
   */
  filter: {
    status?: 'running' | 'idle' | 'ended' | (string & {});
    idle_cause?: 'awaiting_input' | 'requires_action' | 'budget' | 'paused' | (string & {});
    reason?:
      | 'completed'
      | 'max_turns'
      | 'budget_exhausted'
      | 'interrupted'
      | 'idle_timeout'
      | 'error'
      | 'terminated'
      | (string & {});
    /**
     * `error.code` of sessions that ended with an error.
     */
    error_code?: string;
    /**
     * Words that the message of the error has, all of them, in any order.
     */
    error_text?: string;
    agent_id?: string;
    /**
     * The department that the agent of the session has now.
     */
    department?: string;
    /**
     * A provider that was chosen for a turn, by its name.
     */
    provider?: string;
    /**
     * A model that was chosen for a turn; with `provider`: of that provider.
     */
    model?: string;
    /**
     * A tool that was called, or whose call was refused: `server/tool`, or the name that models see.
     */
    tool?: string;
    /**
     * A key of `metadata`.
     */
    metadata_key?: string;
    /**
     * The value of `metadata_key`: a text, or a number or boolean as it is written in JSON.
     */
    metadata_value?: string;
    created_after?: string;
    created_before?: string;
    ended_after?: string;
    ended_before?: string;
    last_event_after?: string;
    last_event_before?: string;
    min_cost_usd?: number;
    min_turns?: number;
  };
  /**
   * Only say what a job would do. Nothing is changed. Default: false.
   */
  dry_run?: boolean;
  /**
   * The most sessions that are begun per second. Default: 10.
   */
  rate?: number;
  /**
   * For the action `retry`: the body of each retry.
   */
  retry?: {
    /**
     * Where it goes on: `failed_stage`, the stage of the turn that failed; or `last_turn`, which takes the last turn out of the transcript and does it again. Absent: `failed_stage`.
     */
    from?: 'failed_stage' | 'last_turn' | (string & {});
    /**
     * The new cap of the run. Absent: it stays.
     */
    budget_cap_usd?: number;
    /**
     * The new number of turns, from the first on. Absent: it stays.
     */
    max_turns?: number;
    /**
     * The models that may be chosen from now on. Absent: they stay.
     *
     * @minItems 1
     */
    models?: string[];
    /**
     * `accept`: go on although nobody knows whether calls that were under way at the end took effect. The model is told so.
     */
    unknown_effects?: 'accept';
  };
}
export interface BulkPreview {
  dry_run: true;
  action: 'retry' | 'terminate' | 'interrupt' | 'pause' | 'resume' | 'delete' | (string & {});
  /**
   * How many sessions match.
   */
  sessions: number;
  would_be_done: number;
  /**
   * The others, by the reason for which they would be refused now.
   */
  would_be_refused: {
    /**
     * The code with which the request about one session would be refused.
     */
    code: string;
    sessions: number;
    /**
     * One of these sessions.
     */
    example: string;
  }[];
  sample: {
    id: string;
    agent_id: string;
    status: 'running' | 'idle' | 'ended' | (string & {});
    end_reason?:
      | 'completed'
      | 'max_turns'
      | 'budget_exhausted'
      | 'interrupted'
      | 'idle_timeout'
      | 'error'
      | 'terminated'
      | (string & {});
    created_at: string;
  }[];
  rate: number;
  estimate: {
    /**
     * How long it takes at this rate, without the sessions that would be refused. A retry that finds no room for another live session waits longer.
     */
    seconds: number;
    /**
     * What the sessions may cost from then on, where they go on: what completed sessions of their agents cost on average, without what each has spent, and no more than its cap leaves.
     */
    cost_usd: number;
    /**
     * What the caps of these sessions leave together. Null: one of them has no cap.
     */
    cost_at_most_usd: number | null;
    /**
     * Sessions that go on and whose agents have no completed session to compare with.
     */
    sessions_without_estimate: number;
  };
}
export interface BulkJobsListItemsQuery {
  /**
   * Default: 50.
   */
  limit?: number;
  cursor?: string;
  /**
   * `pending`: it is still to come. `done`. `refused`: as the request about this session would be, with its `code`. `failed`: the service failed again and again, and nothing was changed. `not_done`: the job ended first.
   */
  outcome?: 'pending' | 'done' | 'refused' | 'failed' | 'not_done' | (string & {});
}
export interface ContextGetQuery {
  /**
   * Reads this version in place of the present one.
   */
  version?: string;
}
export interface ContextDocumentWithContent {
  kind: 'soul' | 'skill' | 'workspace' | 'reference' | (string & {});
  name: string;
  tokens: number;
  bytes: number;
  version: number;
  updated_at: string;
  content: string;
  /**
   * The ten versions before the present one, the latest first. `?version=` reads one.
   */
  earlier_versions: {
    version: number;
    tokens: number;
    bytes: number;
    updated_at: string;
  }[];
}
export interface ContextPreviewQuery {
  /**
   * The message that the turn would bring.
   */
  message?: string;
  /**
   * A session of the agent, whose next turn is shown. Absent: the first turn of a new one.
   */
  session_id?: string;
}
export interface ContextPreview {
  agent_id: string;
  session_id?: string;
  /**
   * How many tokens the models of the run count for one of ours. Budgets are in theirs.
   */
  token_ratio: number;
  sources: {
    source: 'SOUL' | 'MEMORY' | 'SKILL' | 'HEARTBEAT' | 'WORKSPACE' | 'REFERENCE' | (string & {});
    /**
     * REFERENCE has two parts.
     */
    part?: 'index' | 'bodies' | (string & {});
    budget_tokens: number;
    tokens: number;
    included: {
      /**
       * The name of a document, or the id of a memory entry.
       */
      id: string;
      version: string;
      tokens: number;
      cut?: boolean;
      /**
       * Why it has its place. SOUL, SKILL and the index of REFERENCE: session, if the session has it in place of a document of its agent. MEMORY: governance, pinned, new (since the session began), relevant, archive, recent. WORKSPACE: named, touched, recent. REFERENCE: relevant, by_name. SKILL: learned.
       */
      why?: string;
      /**
       * As it stands in the prompt. Absent for turns of versions that did not keep it.
       */
      text?: string;
      /**
       * Set if it is cut.
       */
      whole_tokens?: number;
      /**
       * How a fact was found that concerns the conversation. Absent: it is there for another reason.
       */
      found_by?: ('words' | 'meaning' | (string & {}))[];
    }[];
    dropped: {
      id: string;
      version?: string;
      tokens: number;
      /**
       * over_budget, empty, or repeat: a fact that the prompt has already.
       */
      why: string;
    }[];
    /**
     * How many parts there are besides, which had no room and are not named. At most 1,000 memory entries are counted.
     */
    unread?: number;
    /**
     * MEMORY: what its facts were searched by. Meaning takes part if the latest message has a vector.
     */
    search?: 'words' | 'words_and_meaning' | (string & {});
  }[];
  /**
   * The stable prefix of the prompt.
   */
  system: string;
  /**
   * The end of the prompt.
   */
  volatile: string;
}
export interface ContextPutParams {
  content: string;
}
export interface ContextDocument {
  kind: 'soul' | 'skill' | 'workspace' | 'reference' | (string & {});
  name: string;
  tokens: number;
  bytes: number;
  version: number;
  updated_at: string;
}
export interface GovernanceAuditQuery {
  /**
   * Default: 50.
   */
  limit?: number;
  cursor?: string;
  /**
   * Only changes of memory entries of this block.
   */
  block?: 'human' | 'project' | 'system' | 'general' | (string & {});
  /**
   * An `action`, as `memory.create`, or its last part: `create` of anything.
   */
  operation?: string;
}
export interface AuditStats {
  /**
   * The figures are of so many days up to now.
   */
  days: 30;
  entries: number;
  by_kind: {
    /**
     * decision: what policy said of a call. dispatch: the call was sent. outcome: how it came out. approval: a person answered. change: of a policy, a server, its pinned tools or a setting.
     */
    kind: 'decision' | 'dispatch' | 'outcome' | 'approval' | 'change' | (string & {});
    entries: number;
  }[];
  /**
   * The most frequent first.
   */
  by_operation: {
    operation: string;
    entries: number;
  }[];
  /**
   * Changes of memory entries, by their block.
   */
  by_block: {
    block: 'human' | 'project' | 'system' | 'general' | (string & {});
    entries: number;
  }[];
  /**
   * Tool calls that policy refused.
   */
  denied: number;
}
export interface GovernanceSummary {
  agents: {
    active?: number;
    suspended?: number;
    terminated?: number;
  };
  /**
   * Since when all sessions are to pause. Absent: they are not.
   */
  sessions_paused_at?: string;
  memory: {
    entries: number;
    pinned: number;
    tokens: number;
    blocks: {
      block: 'human' | 'project' | 'system' | 'general' | (string & {});
      entries: number;
      tokens: number;
    }[];
  };
  tools: {
    /**
     * What a tool meets that no policy names. The bundled tools are known and are allowed.
     */
    unknown_tools: 'allow' | 'ask' | 'deny' | (string & {});
    /**
     * What a tool meets that changes something or goes out, once output of an external tool is in the conversation. `ask`: it needs approval, unless a policy says `allow_tainted`.
     */
    taint: 'ask' | 'off' | (string & {});
    /**
     * What follows when nobody knows whether a call took effect that may have changed something. `ask` (default): the session goes idle until a person says so. `tell`: the model is told, and the run goes on.
     */
    unknown_effects: 'ask' | 'tell' | (string & {});
    /**
     * Without those that are built in.
     */
    servers: number;
    policies: number;
    /**
     * Tools whose server defines them otherwise than they were pinned.
     */
    quarantined: number;
  };
  approvals: {
    pending: number;
  };
  guardrails: {
    /**
     * Those that hold for every agent.
     */
    rules: number;
    providers: number;
  };
}
export interface GuardrailProviderRequest {
  name: string;
  /**
   * Texts are sent to it with POST. Contains no credentials: they are given as `api_key`.
   */
  url: string;
  /**
   * Sent as a bearer token. It is sealed at rest.
   */
  api_key?: string;
  /**
   * Default: 3000.
   */
  timeout_ms?: number;
  /**
   * `open`: the text passes, with a warning. `closed`: the rule does to the text what its action is. Default: "closed".
   */
  on_failure?: 'open' | 'closed' | (string & {});
}
export interface GuardrailProvider {
  id: string;
  name: string;
  url: string;
  /**
   * Masked.
   */
  api_key: string | null;
  timeout_ms: number;
  /**
   * `open`: the text passes, with a warning. `closed`: the rule does to the text what its action is.
   */
  on_failure: 'open' | 'closed' | (string & {});
  created_at: string;
}
export interface GuardrailConfigQuery {
  /**
   * 3 to 64 characters of a-z, 0-9 and -.
   */
  agent_id?: string;
}
export interface GuardrailConfig {
  /**
   * An answer that contains one of them is withheld, and so is a call.
   */
  blocked_phrases: string[];
  /**
   * Secrets in messages, answers and arguments of calls are replaced. In results of tools they always are.
   */
  redact_secrets: boolean;
  /**
   * What is configured beside them.
   */
  rules: GuardrailRule[];
  /**
   * All rules that hold, in the order in which they are applied.
   */
  effective: GuardrailRule[];
}
export interface GuardrailsTestParams {
  text: string;
  /**
   * Absent: the rules for all agents of the tenant are tried.
   */
  agent_id?: string;
  /**
   * Names or ids of guardrail providers that are asked besides, as rules that block.
   */
  providers?: string[];
  /**
   * Absent: all four hooks are tried.
   */
  hook?: 'input' | 'output' | 'tool_args' | 'tool_result' | (string & {});
}
export interface GuardrailTest {
  /**
   * The strongest verdict of all hooks.
   */
  verdict: 'pass' | 'warn' | 'redact' | 'block' | (string & {});
  results: {
    hook: 'input' | 'output' | 'tool_args' | 'tool_result' | (string & {});
    verdict: 'pass' | 'warn' | 'redact' | 'block' | (string & {});
    /**
     * What is left of the text. Null when it is withheld.
     */
    text: string | null;
    interventions: {
      rule_id: string;
      kind: string;
      /**
       * `warn`: an event says it and nothing is changed. `redact`: what was found is replaced. `block`: the whole text is withheld, and a call with such arguments is not made.
       */
      action: 'warn' | 'redact' | 'block' | (string & {});
      reason_code: string;
      message: string;
      confidence: number;
      found: string[];
      spans: {
        start: number;
        end: number;
      }[];
    }[];
  }[];
  /**
   * The text as an agent would read it. Empty when it is withheld.
   */
  redacted_text: string;
  secrets: number;
  blocked_phrase: string | null;
  /**
   * True when an answer with this text would be withheld.
   */
  blocked: boolean;
}
export interface GuardrailsUpdateConfigParams {
  blocked_phrases?: string[];
  /**
   * Null takes the setting back: an agent then follows its tenant.
   */
  redact_secrets?: boolean | null;
  /**
   * Takes the place of all rules there are.
   */
  rules?: GuardrailRule[];
}
export interface HealthLiveResponse {
  status: 'ok';
}
export interface HealthReadyResponse {
  /**
   * `degraded`: no worker polls the task queue. Requests are served, and sessions go on as soon as a worker is there. `unavailable`: Postgres or Temporal does not answer.
   */
  status: 'ok' | 'degraded' | 'unavailable' | (string & {});
  dependencies: {
    postgres: boolean;
    temporal: boolean;
    /**
     * True when a worker has polled the task queue within the last minute. Absent while Temporal does not answer: then nobody can say.
     */
    workers?: boolean;
  };
}
export interface AcceptMcpToolRequest {
  /**
   * What its server calls it.
   */
  tool: string;
  /**
   * The definition that is accepted, as `quarantined` of the server shows it.
   */
  hash: string;
  /**
   * JSON Pointers to what changes at every listing, such as a clock in `/description`. Models go on seeing the accepted text.
   */
  may_change?: string[];
}
export interface McpServer {
  id: string;
  name: string;
  transport: 'bundled' | 'stdio' | 'streamable-http' | 'sse' | (string & {});
  url: string | null;
  command: string | null;
  args: string[];
  /**
   * Masked.
   */
  auth: string | null;
  /**
   * Their values are masked.
   */
  headers: {
    [k: string]: string;
  };
  /**
   * Their values are masked.
   */
  env: {
    [k: string]: string;
  };
  health: McpServerHealth;
  /**
   * Null: the server takes no tokens of OAuth.
   */
  oauth: {
    grant: 'client_credentials' | 'authorization_code' | (string & {});
    client_id: string | null;
    /**
     * Masked.
     */
    client_secret: string | null;
    scopes: string[];
    issuer: string | null;
    authorization_url: string | null;
    token_url: string | null;
    /**
     * `not_authorized`: there is no token yet. `authorize_again`: a person has to use a new link. `refused`: the authorization server refuses the client; it is asked again at the next call.
     */
    state: 'not_authorized' | 'authorized' | 'authorize_again' | 'refused' | (string & {});
    /**
     * What is wrong, in words.
     */
    why: string | null;
    /**
     * When the account was lent, or the first token was given.
     */
    authorized_at: string | null;
    /**
     * When the current token expires. It is renewed before.
     */
    expires_at: string | null;
  } | null;
  /**
   * Null until discovered.
   */
  tool_count: number | null;
  /**
   * Tools that the server listed at its last discovery and that are not offered, up to 100 of them.
   */
  withheld: WithheldMcpTool[];
  /**
   * What is odd about its listing as a whole.
   */
  warnings: string[];
  /**
   * Tools that the server defines otherwise than they were pinned. They are not called until that is accepted.
   */
  quarantined: QuarantinedMcpTool[];
  /**
   * Tools that it listed once and lists no more. Their pins are kept.
   */
  missing: string[];
  discovered_at: string | null;
  created_at: string | null;
}
export interface McpServerHealth {
  /**
   * What came of the last attempt to reach it. `unknown`: there was none since it was registered or replaced.
   */
  state: 'unknown' | 'up' | 'down' | (string & {});
  /**
   * How the last attempt failed.
   */
  why?: string;
  /**
   * When it is tried again. Absent: at the next call.
   */
  until?: string;
}
export interface WithheldMcpTool {
  /**
   * Its name, or its place in the list (`#3`) where it has none.
   */
  tool: string;
  reason:
    | 'not_an_object'
    | 'unusable_name'
    | 'listed_twice'
    | 'too_large'
    | 'unusable_schema'
    | 'costly_schema'
    | 'needs_task'
    | (string & {});
  /**
   * What is wrong with it.
   */
  message: string;
}
export interface QuarantinedMcpTool {
  tool: string;
  /**
   * Of the definition that its server has now.
   */
  hash: string;
  pinned_hash: string;
  since: string;
  /**
   * How many other definitions were seen since. Many: it changes at every listing.
   */
  times: number;
  differences: {
    /**
     * A JSON Pointer into name, description and input schema as the server sends them.
     */
    path: string;
    /**
     * Absent: there was nothing.
     */
    before?: {
      [k: string]: unknown;
    };
    /**
     * Absent: there is nothing any more.
     */
    after?: {
      [k: string]: unknown;
    };
  }[];
}
export interface McpAuditQuery {
  /**
   * Default: 50.
   */
  limit?: number;
  cursor?: string;
  /**
   * decision: what policy said of a call. dispatch: the call was sent. outcome: how it came out. approval: a person answered. change: of a policy, a server, its pinned tools or a setting.
   */
  kind?: 'decision' | 'dispatch' | 'outcome' | 'approval' | 'change' | (string & {});
  session_id?: string;
  /**
   * 3 to 64 characters of a-z, 0-9 and -.
   */
  agent_id?: string;
  /**
   * A tool by the name that models know, by its own name, or as `server/tool`.
   */
  tool?: string;
  verdict?: 'allow' | 'ask' | 'deny' | (string & {});
  created_after?: string;
  created_before?: string;
}
export interface AuthorizationLink {
  /**
   * To be opened in a browser by the person whose account is lent.
   */
  authorization_url: string;
  /**
   * Until then the link can be used, once.
   */
  expires_at: string;
}
export interface McpCallToolParams {
  server_id: string;
  /**
   * What its server calls it, or the name that models know.
   */
  tool: string;
  arguments?: {
    [k: string]: unknown;
  };
  /**
   * The approval that an earlier answer named, after a person has approved it.
   */
  approval_id?: string;
  /**
   * How long the tool may take. Default: 25000.
   */
  timeout_ms?: number;
}
export interface DirectToolCall {
  id: string;
  server_id: string;
  /**
   * What its server calls it.
   */
  tool: string;
  model_name: string;
  /**
   * `unknown`: it is not known whether the tool took effect, and it was not called again.
   */
  state: 'dispatched' | 'succeeded' | 'failed' | 'unknown' | (string & {});
  /**
   * True when the tool said that it failed, or the call failed.
   */
  is_error: boolean | null;
  /**
   * The result as a model would read it, at most 64 KiB.
   */
  output: string | null;
  /**
   * How many items the result has.
   */
  results: number | null;
  /**
   * UTF-8 bytes of the whole result.
   */
  bytes: number | null;
  truncated: boolean;
  /**
   * Where the whole of a truncated result is.
   */
  result_url?: string;
  reason_code: string | null;
  latency_ms: number | null;
  created_at: string;
}
export interface AskedDirectToolCall {
  id: string;
  state: 'waiting_for_approval';
  approval_id: string;
  /**
   * The rule that asks.
   */
  rule: string;
  /**
   * Until then a person may answer, and the approval may be used.
   */
  expires_at: string;
  /**
   * What to do, in words.
   */
  next: string;
}
export interface ToolCheckRequest {
  /**
   * Whose policies apply. Absent: those of the tenant.
   */
  agent_id?: string;
  /**
   * The tool: `server/tool`, the name that its server gives it, or the name that models see.
   */
  tool: string;
  arguments?: {
    [k: string]: unknown;
  };
  /**
   * True: as if output of an external tool were in the conversation. Default: false.
   */
  tainted?: boolean;
}
export interface ToolCheck {
  /**
   * `server/tool`.
   */
  tool: string;
  model_name: string;
  verdict: 'allow' | 'ask' | 'deny' | (string & {});
  /**
   * What decides: the id of a policy, or the name of a rule that is not one, as `default` or `schema`.
   */
  rule: string;
  /**
   * Present where the call would not run at once.
   */
  reason_code?: string;
  /**
   * The same in words.
   */
  reason: string;
  effect: 'read' | 'write' | 'egress' | (string & {});
  idempotent: boolean;
  /**
   * The policies that name the tool, the most specific first.
   */
  policies: string[];
}
export interface OAuthClientDocument {
  /**
   * The address of this document.
   */
  client_id: string;
  client_name: string;
  client_uri: string;
  redirect_uris: string[];
  grant_types: string[];
  response_types: string[];
  token_endpoint_auth_method: 'none';
  application_type: 'web';
}
export interface McpDiscovery {
  server: McpServer;
  tools: McpTool[];
}
export interface McpTool {
  server_id: string;
  server: string;
  /**
   * What its server calls it.
   */
  name: string;
  /**
   * What models and events call it.
   */
  model_name: string;
  /**
   * All that a policy and the `tools` of a run may call it: `server/tool`, its own name, that of models.
   */
  names: string[];
  description: string;
  input_schema: {
    [k: string]: unknown;
  };
  /**
   * SHA-256 of its name, description and input schema as its server sent them.
   */
  hash: string;
  /**
   * How `input_schema` differs from what its server sent, which is no valid JSON Schema.
   */
  repairs: string[];
  effect: 'read' | 'write' | 'egress' | (string & {});
  idempotent: boolean;
  /**
   * What policy says of the tool now. The arguments of a call may be judged stricter.
   */
  verdict: 'allow' | 'ask' | 'deny' | (string & {});
  /**
   * What says so: the id of a policy, `default`, or `pin` for a tool in quarantine.
   */
  rule: string;
}
export interface McpFinishAuthorizationQuery {
  state?: string;
  code?: string;
  iss?: string;
  error?: string;
}
export interface ToolGovernance {
  /**
   * What a tool meets that no policy names. The bundled tools are known and are allowed.
   */
  unknown_tools: 'allow' | 'ask' | 'deny' | (string & {});
  /**
   * What a tool meets that changes something or goes out, once output of an external tool is in the conversation. `ask`: it needs approval, unless a policy says `allow_tainted`.
   */
  taint: 'ask' | 'off' | (string & {});
  /**
   * What follows when nobody knows whether a call took effect that may have changed something. `ask` (default): the session goes idle until a person says so. `tell`: the model is told, and the run goes on.
   */
  unknown_effects: 'ask' | 'tell' | (string & {});
  /**
   * A page of the policies, the newest first.
   */
  policies: ToolPolicy[];
  next_cursor: string | null;
}
export interface ToolPolicy {
  id: string;
  tool_name: string;
  agent_id: string | null;
  department: string | null;
  allowed: boolean;
  requires_approval: boolean;
  /**
   * Null: this policy does not say it.
   */
  effect: 'read' | 'write' | 'egress' | (string & {}) | null;
  /**
   * Null: this policy does not say it.
   */
  idempotent: boolean | null;
  /**
   * Null: this policy does not say it.
   */
  argument_rules: ArgumentRule[] | null;
  /**
   * Null: this policy does not say it.
   */
  rate_limit:
    | {
        calls: number;
        /**
         * Seconds for which a call counts.
         */
        per_s: number;
      }
    | 'none'
    | null;
  /**
   * Null: this policy does not say it.
   */
  allow_tainted: boolean | null;
  /**
   * `model`: it was written before policies knew more than the names that models see. Put it again for `any`.
   */
  matched_names: 'any' | 'model' | (string & {});
  /**
   * The tools that it names now, as `server/tool`.
   */
  matches: string[];
  /**
   * Why it has no effect now.
   */
  warning?: string;
  updated_at: string;
}
export interface ArgumentRule {
  /**
   * Where the argument is (RFC 6901). A list stands for each of its items, so `/files/path` is the path of every file.
   */
  pointer: string;
  /**
   * True: a call may leave the argument out. Otherwise such a call is refused, since it cannot be judged.
   */
  optional?: boolean;
  /**
   * A regular expression (RE2) that the whole text must match.
   */
  pattern?: string;
  /**
   * Folders. The path must be one of them or below one, in every way in which a tool may read it.
   *
   * @minItems 1
   */
  path_prefixes?: string[];
  /**
   * Hosts that a URL, or the name of a host, may lead to: `example.com`, `*.example.com` for those below it, `example.com:8443` for another port than the usual one, `example.com:*` for any port.
   *
   * @minItems 1
   */
  hosts?: string[];
  /**
   * With `hosts`: the schemes that a URL may have. Absent: http and https.
   *
   * @minItems 1
   */
  schemes?: string[];
  /**
   * Verbs that an SQL text may have. Functions that change something are not found out by their names.
   *
   * @minItems 1
   */
  sql_verbs?: string[];
  /**
   * The most that a number may be.
   */
  max?: number;
  /**
   * The least that a number may be. Absent beside a `max` of 0 or more: 0.
   */
  min?: number;
}
export interface McpListToolsQuery {
  /**
   * Default: 50.
   */
  limit?: number;
  cursor?: string;
  server_id?: string;
  /**
   * Whose policies say `verdict`, `rule` and `effect`. Absent: the tenant.
   */
  agent_id?: string;
}
export interface McpServerRequest {
  name: string;
  transport: 'stdio' | 'streamable-http' | 'sse' | (string & {});
  /**
   * Contains no credentials: they are given as `auth`.
   */
  url?: string | null;
  /**
   * Command and `args` must be on the list of the operator (`AGENT_RUNS_STDIO_COMMANDS`).
   */
  command?: string | null;
  args?: string[];
  /**
   * The value of the Authorization header. It is sealed at rest. Left out of a PUT, what is stored is kept; null removes it.
   */
  auth?: string | null;
  /**
   * Sent with every request over HTTP. They are sealed at rest and shown masked. Left out of a PUT, what is stored is kept; null removes it.
   */
  headers?: {
    [k: string]: string;
  } | null;
  /**
   * Lets the service get tokens for the server. It takes the place of `auth`. Left out of a PUT, what is stored is kept; null removes it.
   */
  oauth?: {
    /**
     * `client_credentials`: the service has an account of its own. `authorization_code`: a person lends theirs, through a link (`POST …/authorize`).
     */
    grant: 'client_credentials' | 'authorization_code' | (string & {});
    /**
     * Without it, the service registers itself at the authorization server, where that allows it.
     */
    client_id?: string | null;
    /**
     * It is sealed at rest. Left out of a PUT, what is stored is kept; null removes it.
     */
    client_secret?: string | null;
    /**
     * Asked for. Without them, the service asks for what the MCP server says it needs.
     */
    scopes?: string[];
    /**
     * The authorization server, for an MCP server that does not name it.
     */
    issuer?: string | null;
    /**
     * For an authorization server that does not describe itself; together with `token_url`.
     */
    authorization_url?: string | null;
    token_url?: string | null;
  } | null;
  /**
   * Variables for a server over stdio. They are sealed at rest and shown masked. Left out of a PUT, what is stored is kept; null removes it.
   */
  env?: {
    [k: string]: string;
  } | null;
}
export interface ToolPolicyRequest {
  /**
   * A glob over the names of tools. A tool is known by `server/tool`, the name that its server gives it, or the name that models see.
   */
  tool_name: string;
  /**
   * The policy is for this agent alone.
   */
  agent_id?: string;
  /**
   * The policy is for the agents of this department alone.
   */
  department?: string;
  allowed: boolean;
  /**
   * Default: false.
   */
  requires_approval?: boolean;
  /**
   * The most calls in a time, of all tools and all sessions that the policy concerns together. Left out and null: as in `effect`; "none" states that there is no limit.
   */
  rate_limit?:
    | {
        calls: number;
        /**
         * Seconds for which a call counts.
         */
        per_s: number;
      }
    | 'none'
    | null;
  /**
   * True: a tool that changes something or goes out needs no approval although output of an external tool is in the conversation. Left out and null: as in `effect`.
   */
  allow_tainted?: boolean | null;
  /**
   * What the arguments of a call must be like, beyond the schema of the tool. All of them hold. Left out and null: as in `effect`; an empty list states that there are none.
   */
  argument_rules?: ArgumentRule[] | null;
  /**
   * What the tool does to the outside. It is not taken from the annotations of its server. Left out: stays as it was. Null: not stated, so that a less specific policy says it.
   */
  effect?: 'read' | 'write' | 'egress' | (string & {}) | null;
  /**
   * True: a call may be made twice without harm. Left out and null: as in `effect`.
   */
  idempotent?: boolean | null;
}
export interface McpUpdateGovernanceParams {
  /**
   * What a tool meets that no policy names. The bundled tools are known and are allowed.
   */
  unknown_tools?: 'allow' | 'ask' | 'deny' | (string & {});
  /**
   * What a tool meets that changes something or goes out, once output of an external tool is in the conversation. `ask`: it needs approval, unless a policy says `allow_tainted`.
   */
  taint?: 'ask' | 'off' | (string & {});
  /**
   * What follows when nobody knows whether a call took effect that may have changed something. `ask` (default): the session goes idle until a person says so. `tell`: the model is told, and the run goes on.
   */
  unknown_effects?: 'ask' | 'tell' | (string & {});
}
export interface ToolGovernanceSettings {
  /**
   * What a tool meets that no policy names. The bundled tools are known and are allowed.
   */
  unknown_tools: 'allow' | 'ask' | 'deny' | (string & {});
  /**
   * What a tool meets that changes something or goes out, once output of an external tool is in the conversation. `ask`: it needs approval, unless a policy says `allow_tainted`.
   */
  taint: 'ask' | 'off' | (string & {});
  /**
   * What follows when nobody knows whether a call took effect that may have changed something. `ask` (default): the session goes idle until a person says so. `tell`: the model is told, and the run goes on.
   */
  unknown_effects: 'ask' | 'tell' | (string & {});
}
export interface McpVerifyAuditQuery {
  entries?: number;
  head?: string;
}
export interface AuditVerification {
  /**
   * False when the audit was tampered with.
   */
  ok: boolean;
  /**
   * False when time ran out: ask again with `entries` and `head` of this answer to go on from there.
   */
  complete: boolean;
  /**
   * How many entries hold, from the first one.
   */
  entries: number;
  /**
   * The hash of the last entry that holds. Keep it with `entries` outside.
   */
  head: string | null;
  /**
   * Entries that are not linked yet.
   */
  waiting: number;
  first_broken?: {
    /**
     * The entry at which the chain breaks.
     */
    id: string | null;
    why:
      | 'changed'
      | 'missing'
      | 'missing_before'
      | 'missing_after'
      | 'not_linked'
      | 'backdated'
      | 'head_changed'
      | 'anchor_differs'
      | (string & {});
    message: string;
  };
}
export interface MemoryAppendParams {
  /**
   * The agent that reads it. Absent: all agents do.
   */
  agent_id?: string | null;
  fact: string;
  /**
   * Default: "general".
   */
  block?: 'human' | 'project' | 'system' | 'general' | (string & {});
  /**
   * Default: false.
   */
  pinned?: boolean;
}
export interface MemoryScopeQuery {
  agent_id?: string;
}
export interface MemoryEntry {
  id: string;
  /**
   * Null: shared by all agents.
   */
  agent_id: string | null;
  block: 'human' | 'project' | 'system' | 'general' | (string & {});
  fact: string;
  tokens: number;
  pinned: boolean;
  created_at: string;
  updated_at: string;
}
export interface MemoryListQuery {
  /**
   * Default: 50.
   */
  limit?: number;
  cursor?: string;
  agent_id?: string;
}
export interface MemorySettings {
  /**
   * The language in which facts and documents are searched. Default: english.
   */
  language:
    | 'simple'
    | 'arabic'
    | 'armenian'
    | 'basque'
    | 'catalan'
    | 'danish'
    | 'dutch'
    | 'english'
    | 'finnish'
    | 'french'
    | 'german'
    | 'greek'
    | 'hindi'
    | 'hungarian'
    | 'indonesian'
    | 'irish'
    | 'italian'
    | 'lithuanian'
    | 'nepali'
    | 'norwegian'
    | 'portuguese'
    | 'romanian'
    | 'russian'
    | 'serbian'
    | 'spanish'
    | 'swedish'
    | 'tamil'
    | 'turkish'
    | 'yiddish'
    | (string & {});
  /**
   * Who may note facts in the block `system`, the rules of how an agent works. Default: people.
   */
  system_block: 'people' | 'models' | (string & {});
}
export interface MemoryInitParams {
  /**
   * The agent that reads it. Absent: all agents do.
   */
  agent_id?: string | null;
  /**
   * @minItems 1
   */
  documents: {
    content: string;
    block?: 'human' | 'project' | 'system' | 'general' | (string & {});
    /**
     * The Python client sends it. It has no effect: documents are cut into facts without a model.
     */
    source?: string;
  }[];
  /**
   * The Python client sends it. It has no effect: documents are cut into facts without a model.
   */
  model?: string | null;
}
export interface MemoryFilled {
  created: number;
  data: MemoryEntry[];
}
export interface MemoryQueryParams {
  /**
   * The agent that reads it. Absent: all agents do.
   */
  agent_id?: string | null;
  query: string;
  /**
   * Default: 10.
   */
  limit?: number;
}
export interface MemoryUpdateParams {
  fact?: string;
  block?: 'human' | 'project' | 'system' | 'general' | (string & {});
  pinned?: boolean;
}
export interface MemoryUpdateSettingsParams {
  /**
   * The language in which facts and documents are searched. Default: english.
   */
  language?:
    | 'simple'
    | 'arabic'
    | 'armenian'
    | 'basque'
    | 'catalan'
    | 'danish'
    | 'dutch'
    | 'english'
    | 'finnish'
    | 'french'
    | 'german'
    | 'greek'
    | 'hindi'
    | 'hungarian'
    | 'indonesian'
    | 'irish'
    | 'italian'
    | 'lithuanian'
    | 'nepali'
    | 'norwegian'
    | 'portuguese'
    | 'romanian'
    | 'russian'
    | 'serbian'
    | 'spanish'
    | 'swedish'
    | 'tamil'
    | 'turkish'
    | 'yiddish'
    | (string & {});
  /**
   * Who may note facts in the block `system`, the rules of how an agent works. Default: people.
   */
  system_block?: 'people' | 'models' | (string & {});
}
export interface RegisterProvider {
  /**
   * A kind of `GET /v1/providers/catalog`.
   */
  provider: string;
  api_key?: string;
  /**
   * Contains no credentials: they are given as `api_key`.
   */
  base_url?: string;
  /**
   * The name of the provider in events and model filters. Default: its kind.
   */
  name?: string;
  /**
   * @minItems 1
   */
  models?: {
    id: string;
    /**
     * Required where the price table does not know the model.
     */
    input_usd_per_mtok?: number;
    output_usd_per_mtok?: number;
    cache_read_usd_per_mtok?: number;
    cache_write_usd_per_mtok?: number;
    /**
     * For input tokens of sounds. Default: as other input.
     */
    audio_usd_per_mtok?: number;
    context_window?: number;
    max_output_tokens?: number;
    capabilities?: string[];
    /**
     * Where this model differs from `dialect` of its provider.
     */
    dialect?: {
      /**
       * False: the server refuses `stream_options`. It reports no usage then.
       */
      stream_usage?: boolean;
      /**
       * The field that bounds the length of an answer.
       */
      max_tokens_field?: 'max_tokens' | 'max_completion_tokens' | (string & {});
      /**
       * The role of the system prompt. `user`: it becomes the beginning of the first message.
       */
      system_role?: 'system' | 'developer' | 'user' | (string & {});
      /**
       * True: user and model must take turns, and only the model may answer results of tools.
       */
      alternating_roles?: boolean;
      /**
       * False: the server refuses `content: null` beside calls of tools, and gets an empty text.
       */
      null_content?: boolean;
      /**
       * False: the server refuses marks and keys for its prompt cache.
       */
      prompt_cache?: boolean;
      /**
       * The most images of a request. 0: the server takes none.
       */
      max_images?: number;
      /**
       * False: the server takes no sounds.
       */
      audio?: boolean;
      /**
       * False: the server takes no documents.
       */
      files?: boolean;
      /**
       * Where images, sounds and documents of tools go. `behind`: into a message of the user behind the results. `none`: a line stands in their place.
       */
      tool_media?: 'behind' | 'none' | (string & {});
    };
    /**
     * Where this model differs from `time_limits` of its provider.
     */
    time_limits?: {
      /**
       * Until there is a connection, TLS included.
       */
      connect_s?: number;
      /**
       * From the request until an answer begins.
       */
      first_token_s?: number;
      /**
       * Between two pieces of an answer that has begun.
       */
      silence_s?: number;
      /**
       * For a whole request.
       */
      total_s?: number;
    };
  }[];
  /**
   * Sent with every request. They may hold secrets: they are stored sealed and shown masked.
   */
  headers?: {
    [k: string]: string;
  };
  /**
   * Put into the body of every request, objects into objects.
   */
  extra_body?: {
    [k: string]: unknown;
  };
  dialect?: ProviderDialect;
  time_limits?: TimeLimits;
}
export interface ProviderDialect {
  /**
   * False: the server refuses `stream_options`. It reports no usage then.
   */
  stream_usage?: boolean;
  /**
   * The field that bounds the length of an answer.
   */
  max_tokens_field?: 'max_tokens' | 'max_completion_tokens' | (string & {});
  /**
   * The role of the system prompt. `user`: it becomes the beginning of the first message.
   */
  system_role?: 'system' | 'developer' | 'user' | (string & {});
  /**
   * True: user and model must take turns, and only the model may answer results of tools.
   */
  alternating_roles?: boolean;
  /**
   * False: the server refuses `content: null` beside calls of tools, and gets an empty text.
   */
  null_content?: boolean;
  /**
   * False: the server refuses marks and keys for its prompt cache.
   */
  prompt_cache?: boolean;
  /**
   * The most images of a request. 0: the server takes none.
   */
  max_images?: number;
  /**
   * False: the server takes no sounds.
   */
  audio?: boolean;
  /**
   * False: the server takes no documents.
   */
  files?: boolean;
  /**
   * Where images, sounds and documents of tools go. `behind`: into a message of the user behind the results. `none`: a line stands in their place.
   */
  tool_media?: 'behind' | 'none' | (string & {});
}
export interface TimeLimits {
  /**
   * Until there is a connection, TLS included.
   */
  connect_s?: number;
  /**
   * From the request until an answer begins.
   */
  first_token_s?: number;
  /**
   * Between two pieces of an answer that has begun.
   */
  silence_s?: number;
  /**
   * For a whole request.
   */
  total_s?: number;
}
export interface Provider {
  id: string;
  provider: string;
  name: string;
  base_url: string | null;
  /**
   * Masked.
   */
  api_key: string | null;
  models: string[];
  /**
   * Their values are masked.
   */
  headers: {
    [k: string]: string;
  };
  /**
   * Put into the body of every request, objects into objects.
   */
  extra_body: {
    [k: string]: unknown;
  };
  dialect: ProviderDialect;
  /**
   * In seconds, with the defaults in place of what is not set.
   */
  time_limits: {
    connect_s: number;
    first_token_s: number;
    silence_s: number;
    total_s: number;
  };
  health: Health;
  source: 'api' | 'environment' | 'embedded' | (string & {});
  created_at: string | null;
}
export interface Health {
  /**
   * `degraded`: some models of the provider are out.
   */
  state: 'up' | 'degraded' | 'down' | (string & {});
  /**
   * The failure that came last: its type, and a sentence about it.
   */
  why?: string;
  /**
   * When the first model that is out is tried again.
   */
  until?: string;
}
export interface ProviderTest {
  ok: boolean;
  model: string;
  latency_ms: number;
  error?: {
    type: string;
    message: string;
  };
}
export interface PatchProvider {
  api_key?: string;
  base_url?: string;
  /**
   * @minItems 1
   */
  models?: {
    id: string;
    /**
     * Required where the price table does not know the model.
     */
    input_usd_per_mtok?: number;
    output_usd_per_mtok?: number;
    cache_read_usd_per_mtok?: number;
    cache_write_usd_per_mtok?: number;
    /**
     * For input tokens of sounds. Default: as other input.
     */
    audio_usd_per_mtok?: number;
    context_window?: number;
    max_output_tokens?: number;
    capabilities?: string[];
    /**
     * Where this model differs from `dialect` of its provider.
     */
    dialect?: {
      /**
       * False: the server refuses `stream_options`. It reports no usage then.
       */
      stream_usage?: boolean;
      /**
       * The field that bounds the length of an answer.
       */
      max_tokens_field?: 'max_tokens' | 'max_completion_tokens' | (string & {});
      /**
       * The role of the system prompt. `user`: it becomes the beginning of the first message.
       */
      system_role?: 'system' | 'developer' | 'user' | (string & {});
      /**
       * True: user and model must take turns, and only the model may answer results of tools.
       */
      alternating_roles?: boolean;
      /**
       * False: the server refuses `content: null` beside calls of tools, and gets an empty text.
       */
      null_content?: boolean;
      /**
       * False: the server refuses marks and keys for its prompt cache.
       */
      prompt_cache?: boolean;
      /**
       * The most images of a request. 0: the server takes none.
       */
      max_images?: number;
      /**
       * False: the server takes no sounds.
       */
      audio?: boolean;
      /**
       * False: the server takes no documents.
       */
      files?: boolean;
      /**
       * Where images, sounds and documents of tools go. `behind`: into a message of the user behind the results. `none`: a line stands in their place.
       */
      tool_media?: 'behind' | 'none' | (string & {});
    };
    /**
     * Where this model differs from `time_limits` of its provider.
     */
    time_limits?: {
      /**
       * Until there is a connection, TLS included.
       */
      connect_s?: number;
      /**
       * From the request until an answer begins.
       */
      first_token_s?: number;
      /**
       * Between two pieces of an answer that has begun.
       */
      silence_s?: number;
      /**
       * For a whole request.
       */
      total_s?: number;
    };
  }[];
  /**
   * Sent with every request. They may hold secrets: they are stored sealed and shown masked.
   */
  headers?: {
    [k: string]: string;
  };
  /**
   * Put into the body of every request, objects into objects.
   */
  extra_body?: {
    [k: string]: unknown;
  };
  dialect?: ProviderDialect;
  /**
   * A limit that is left out stays as it is; null puts one of them, or all, back to the default.
   */
  time_limits?: {
    /**
     * Until there is a connection, TLS included.
     */
    connect_s?: number | null;
    /**
     * From the request until an answer begins.
     */
    first_token_s?: number | null;
    /**
     * Between two pieces of an answer that has begun.
     */
    silence_s?: number | null;
    /**
     * For a whole request.
     */
    total_s?: number | null;
  } | null;
}
export interface OpenApiDocument {
  [k: string]: unknown;
}
export interface SessionsCountQuery {
  status?: 'running' | 'idle' | 'ended' | (string & {});
  idle_cause?: 'awaiting_input' | 'requires_action' | 'budget' | 'paused' | (string & {});
  reason?:
    | 'completed'
    | 'max_turns'
    | 'budget_exhausted'
    | 'interrupted'
    | 'idle_timeout'
    | 'error'
    | 'terminated'
    | (string & {});
  /**
   * `error.code` of sessions that ended with an error.
   */
  error_code?: string;
  /**
   * Words that the message of the error has, all of them, in any order.
   */
  error_text?: string;
  agent_id?: string;
  /**
   * The department that the agent of the session has now.
   */
  department?: string;
  /**
   * A provider that was chosen for a turn, by its name.
   */
  provider?: string;
  /**
   * A model that was chosen for a turn; with `provider`: of that provider.
   */
  model?: string;
  /**
   * A tool that was called, or whose call was refused: `server/tool`, or the name that models see.
   */
  tool?: string;
  /**
   * A key of `metadata`.
   */
  metadata_key?: string;
  /**
   * The value of `metadata_key`: a text, or a number or boolean as it is written in JSON.
   */
  metadata_value?: string;
  created_after?: string;
  created_before?: string;
  ended_after?: string;
  ended_before?: string;
  last_event_after?: string;
  last_event_before?: string;
  min_cost_usd?: number;
  min_turns?: number;
  /**
   * Also counts the sessions of each value. A session that used several models, providers or tools counts for each.
   */
  by?:
    | 'status'
    | 'idle_cause'
    | 'reason'
    | 'error_code'
    | 'agent_id'
    | 'department'
    | 'provider'
    | 'model'
    | 'tool'
    | (string & {});
}
export interface SessionCount {
  count: number;
  /**
   * With `by`: the values with the most sessions first, at most 100.
   */
  groups?: {
    /**
     * Null: sessions without such a value.
     */
    value: string | null;
    count: number;
  }[];
  /**
   * With `by`: true when there are further values.
   */
  more_groups?: boolean;
}
export interface SessionDiffQuery {
  /**
   * Default: 50.
   */
  limit?: number;
  cursor?: string;
  /**
   * The session that it is compared with.
   */
  with: string;
}
export interface SessionDiff {
  data: TurnDiff[];
  next_cursor: string | null;
  session: {
    id: string;
    agent_id: string;
    status: 'running' | 'idle' | 'ended' | (string & {});
    end_reason?:
      | 'completed'
      | 'max_turns'
      | 'budget_exhausted'
      | 'interrupted'
      | 'idle_timeout'
      | 'error'
      | 'terminated'
      | (string & {});
    turns: number;
    cost_usd: number;
    /**
     * From its start to its end, or until now.
     */
    duration_ms: number;
  };
  with: {
    id: string;
    agent_id: string;
    status: 'running' | 'idle' | 'ended' | (string & {});
    end_reason?:
      | 'completed'
      | 'max_turns'
      | 'budget_exhausted'
      | 'interrupted'
      | 'idle_timeout'
      | 'error'
      | 'terminated'
      | (string & {});
    turns: number;
    cost_usd: number;
    /**
     * From its start to its end, or until now.
     */
    duration_ms: number;
  };
}
export interface TurnDiff {
  turn_index: number;
  /**
   * What differs. `turn`: only one session has it. `calls`: other tools, or another number of them. `arguments` and `results` compare the calls in their order. How long a turn took is not compared.
   */
  differs: (
    'turn' | 'messages' | 'model' | 'text' | 'calls' | 'arguments' | 'results' | 'cost' | 'end' | (string & {})
  )[];
  /**
   * The turn of the session of the path. Null: it has none.
   */
  session: {
    /**
     * The messages of the user that it read.
     */
    messages: string[];
    /**
     * Null, like `model` and `text`, while there is no answer.
     */
    provider: string | null;
    model: string | null;
    text: string | null;
    calls: {
      tool_use_id: string;
      tool_name: string;
      args: {
        [k: string]: unknown;
      };
      state: string;
      /**
       * Null while the call has no result.
       */
      is_error: boolean | null;
    }[];
    /**
     * What its requests cost, failed ones included.
     */
    cost_usd: number;
    /**
     * From its start to its end. Null while it is under way.
     */
    duration_ms: number | null;
    /**
     * What followed it. Null while it is under way.
     */
    end: {
      kind: 'continue' | 'idle' | 'ended' | (string & {});
      reason?:
        | 'completed'
        | 'max_turns'
        | 'budget_exhausted'
        | 'interrupted'
        | 'idle_timeout'
        | 'error'
        | 'terminated'
        | (string & {});
    } | null;
  } | null;
  /**
   * The turn of the other session. Null: it has none.
   */
  with: {
    /**
     * The messages of the user that it read.
     */
    messages: string[];
    /**
     * Null, like `model` and `text`, while there is no answer.
     */
    provider: string | null;
    model: string | null;
    text: string | null;
    calls: {
      tool_use_id: string;
      tool_name: string;
      args: {
        [k: string]: unknown;
      };
      state: string;
      /**
       * Null while the call has no result.
       */
      is_error: boolean | null;
    }[];
    /**
     * What its requests cost, failed ones included.
     */
    cost_usd: number;
    /**
     * From its start to its end. Null while it is under way.
     */
    duration_ms: number | null;
    /**
     * What followed it. Null while it is under way.
     */
    end: {
      kind: 'continue' | 'idle' | 'ended' | (string & {});
      reason?:
        | 'completed'
        | 'max_turns'
        | 'budget_exhausted'
        | 'interrupted'
        | 'idle_timeout'
        | 'error'
        | 'terminated'
        | (string & {});
    } | null;
  } | null;
}
export interface ForkRequest {
  /**
   * The last turn that the fork begins with. It must be finished.
   */
  from_turn: number;
  /**
   * A message behind that turn. Absent: the fork goes on by itself where there is more to do, else it waits.
   */
  message?: string;
  /**
   * How many turns the fork may make itself. Absent: as many as its source might make itself.
   */
  max_turns?: number;
  /**
   * The most the fork may spend itself. Absent: the cap of its source.
   */
  budget_cap_usd?: number;
  /**
   * The models that may be chosen. Absent: those of its source.
   *
   * @minItems 1
   */
  models?: string[];
  /**
   * The tools that are offered. Absent: those of its source.
   */
  tools?: string[];
  /**
   * The documents that its own turns read in place of those of its agent. A kind that is absent: those of its source. Null: those of its agent.
   */
  context?: {
    /**
     * SOUL: who the agent is. `{}`: the record of the agent alone.
     */
    soul?: {
      [k: string]: string;
    } | null;
    /**
     * SKILL: what it knows, with the patterns that it learned (`learned/…`).
     */
    skill?: {
      [k: string]: string;
    } | null;
    /**
     * REFERENCE: what it can look up.
     */
    reference?: {
      [k: string]: string;
    } | null;
  };
  /**
   * Absent: that of its source.
   */
  metadata?: {
    [k: string]: unknown;
  };
}
export interface Session {
  id: string;
  agent_id: string;
  status: 'running' | 'idle' | 'ended' | (string & {});
  idle_cause?: 'awaiting_input' | 'requires_action' | 'budget' | 'paused' | (string & {});
  end_reason?:
    | 'completed'
    | 'max_turns'
    | 'budget_exhausted'
    | 'interrupted'
    | 'idle_timeout'
    | 'error'
    | 'terminated'
    | (string & {});
  /**
   * The turns that it has, in a fork with those that it began with.
   */
  turns: number;
  /**
   * The most turns that it may have.
   */
  max_turns: number;
  cost_usd: number;
  budget_cap_usd: number | null;
  /**
   * The most tokens of a prompt. Null: what the model can read.
   */
  context_tokens: number | null;
  /**
   * The most tokens of an answer. Null: what the model can write.
   */
  max_output_tokens: number | null;
  /**
   * How long an approval waits. Null: as long as `idle_timeout_s`.
   */
  approval_timeout_s: number | null;
  on_budget: 'stop' | 'ask' | 'downgrade' | (string & {});
  created_at: string;
  /**
   * How often it was retried or rewound.
   */
  retries: number;
  /**
   * For a fork: the session it was forked from, and the last turn that it began with.
   */
  forked_from?: {
    session_id: string;
    turn: number;
  };
  /**
   * The documents that it reads in place of those of its agent, of the kinds that are named.
   */
  context?: {
    soul?: {
      name: string;
      tokens: number;
    }[];
    skill?: {
      name: string;
      tokens: number;
    }[];
    reference?: {
      name: string;
      tokens: number;
    }[];
  };
  /**
   * Set if it replays another session.
   */
  replay_of?: {
    session_id: string;
    from_turn: number;
    /**
     * Where results of tool calls come from. `recorded`: from the recording alone; no tool is called. `recorded_or_read`: a call without a recorded result is made if policy says that its tool only reads. `live`: all calls are made.
     */
    tools: 'recorded' | 'recorded_or_read' | 'live' | (string & {});
    /**
     * What follows a call that has no recorded result and is not made: the replay ends as `error` with the code `replay.no_recording`, or the call gets a result that says so.
     */
    on_missing: 'stop' | 'error_result' | (string & {});
    /**
     * True: the answers are the recorded ones, and nothing was paid. `cost_usd` is what they had cost when they were recorded.
     */
    recorded_models: boolean;
    seed?: number;
    /**
     * The tools, as globs, of the policies that are tried. Absent: those of the agent hold.
     */
    tried_policies?: string[];
  };
  /**
   * Since when the session is to pause, by `POST …/pause`. It pauses at its next boundary, and then has `idle_cause` "paused".
   */
  paused_at?: string;
  ended_at?: string;
  /**
   * What models and tool servers sent to it, in decoded bytes. `session_received_bytes` is its limit.
   */
  received_bytes: number;
  /**
   * `seq` of the newest event.
   */
  last_seq: number;
  error?: {
    code: string;
    message: string;
    /**
     * The provider whose failure came last, where a model failed.
     */
    provider?: string;
    model?: string;
    /**
     * The HTTP status of that provider.
     */
    status?: number;
    /**
     * Whose doing it was, where somebody ended the session: the id of an API key, or `operator`.
     */
    by?: string;
  };
  /**
   * With `end_reason` "budget_exhausted", with `idle_cause` "budget", and where the session was idle for money when it paused: which account is short of money, and what the next request needs.
   */
  budget?: {
    account: 'run' | 'agent_day' | (string & {});
    /**
     * US dollars, rounded to 1e-9.
     */
    spentUsd: number;
    /**
     * US dollars, rounded to 1e-9.
     */
    capUsd: number;
    /**
     * The bound of the next request, with the shortest answer that is of use. Where a run ended with an answer that money cut short: the bound of its request, with an answer of full length.
     */
    neededUsd: number;
    /**
     * What providers charged the run above the bounds of their requests, where that is why it ended or asks. One that asks goes on when the cap of this account is raised.
     */
    excessUsd?: number;
  };
  metadata: {
    [k: string]: unknown;
  };
  /**
   * In the answer to a start with `tools`: what they name now, as `server/tool`.
   */
  tools?: string[];
  /**
   * In the answer to a start with `tools`: the entries that name no tool yet.
   */
  warnings?: string[];
}
export interface SessionsListQuery {
  /**
   * Default: 50.
   */
  limit?: number;
  cursor?: string;
  status?: 'running' | 'idle' | 'ended' | (string & {});
  idle_cause?: 'awaiting_input' | 'requires_action' | 'budget' | 'paused' | (string & {});
  reason?:
    | 'completed'
    | 'max_turns'
    | 'budget_exhausted'
    | 'interrupted'
    | 'idle_timeout'
    | 'error'
    | 'terminated'
    | (string & {});
  /**
   * `error.code` of sessions that ended with an error.
   */
  error_code?: string;
  /**
   * Words that the message of the error has, all of them, in any order.
   */
  error_text?: string;
  agent_id?: string;
  /**
   * The department that the agent of the session has now.
   */
  department?: string;
  /**
   * A provider that was chosen for a turn, by its name.
   */
  provider?: string;
  /**
   * A model that was chosen for a turn; with `provider`: of that provider.
   */
  model?: string;
  /**
   * A tool that was called, or whose call was refused: `server/tool`, or the name that models see.
   */
  tool?: string;
  /**
   * A key of `metadata`.
   */
  metadata_key?: string;
  /**
   * The value of `metadata_key`: a text, or a number or boolean as it is written in JSON.
   */
  metadata_value?: string;
  created_after?: string;
  created_before?: string;
  ended_after?: string;
  ended_before?: string;
  last_event_after?: string;
  last_event_before?: string;
  min_cost_usd?: number;
  min_turns?: number;
  /**
   * By `ended_at`, sessions that live count as if they ended last of all. Default: "created_at".
   */
  sort?: 'created_at' | 'ended_at' | 'last_event_at' | 'cost_usd' | 'turns' | (string & {});
  /**
   * `desc`: the newest, the dearest or the longest first. Default: "desc".
   */
  order?: 'desc' | 'asc' | (string & {});
}
export interface SessionsListEventsQuery {
  /**
   * The id of the last frame that the client has: a `seq`, or the id of a text delta or of a summary. 0 is the beginning.
   */
  after?: string;
  /**
   * `next_cursor` of the page before. It wins over `after`.
   */
  cursor?: string;
  /**
   * Default: 100.
   */
  limit?: number;
  /**
   * Only events of these types, separated by commas. Empty or absent: all.
   */
  types?: string;
  /**
   * More types, separated by commas. `agent.message_delta`: a stream also carries the text of an answer while a model writes it. `session.compacted`: a stream and the list also show the summaries of earlier turns.
   */
  include?: string;
}
export interface OrderToAllSessions {
  /**
   * Since when all sessions are to pause. Absent: they are not.
   */
  paused_at?: string;
  /**
   * The API key that wants that.
   */
  paused_by?: string;
}
export interface ReplayRequest {
  /**
   * The first turn that is played again. It must be in the transcript; the replay begins with the turns before it. Default: 0.
   */
  from_turn?: number;
  /**
   * Where results of tool calls come from. `recorded`: from the recording alone; no tool is called. `recorded_or_read`: a call without a recorded result is made if policy says that its tool only reads. `live`: all calls are made. Default: "recorded".
   */
  tools?: 'recorded' | 'recorded_or_read' | 'live' | (string & {});
  /**
   * What follows a call that has no recorded result and is not made: the replay ends as `error` with the code `replay.no_recording`, or the call gets a result that says so. Default: "stop".
   */
  on_missing?: 'stop' | 'error_result' | (string & {});
  /**
   * The models that may be chosen, or `recorded`: then the answers are the recorded ones, no provider is called and nothing is paid. Absent: the models that the session may choose from.
   */
  models?: 'recorded' | string[];
  /**
   * The documents that its turns read in place of those of the agent. A kind that is absent: those of the session. Null: those of the agent. Not with recorded answers.
   */
  context?: {
    /**
     * SOUL: who the agent is. `{}`: the record of the agent alone.
     */
    soul?: {
      [k: string]: string;
    } | null;
    /**
     * SKILL: what it knows, with the patterns that it learned (`learned/…`).
     */
    skill?: {
      [k: string]: string;
    } | null;
    /**
     * REFERENCE: what it can look up.
     */
    reference?: {
      [k: string]: string;
    } | null;
  };
  /**
   * The policies by which its calls are judged, in place of all that concern the agent. A call that they deny is denied; one that was denied when it was recorded, and is allowed now, has no recorded result. Only with `tools` `recorded`, and not with recorded answers.
   */
  policy?: {
    policies: {
      /**
       * A glob over the names of tools. A tool is known by `server/tool`, the name that its server gives it, or the name that models see.
       */
      tool_name: string;
      allowed: boolean;
      /**
       * Default: false.
       */
      requires_approval?: boolean;
      effect?: 'read' | 'write' | 'egress' | (string & {});
      idempotent?: boolean;
      argument_rules?: ArgumentRule[];
      allow_tainted?: boolean;
    }[];
    /**
     * Absent: what the tenant has set.
     */
    unknown_tools?: 'allow' | 'ask' | 'deny' | (string & {});
    /**
     * Absent: what the tenant has set.
     */
    taint?: 'ask' | 'off' | (string & {});
  };
  /**
   * What the choices of models are drawn from: the same seed gives the same choices as long as routing has learned nothing in between. Not with recorded answers.
   */
  seed?: number;
}
export interface RewindRequest {
  /**
   * The last turn that stays in the transcript. It must be finished.
   */
  to_turn: number;
  /**
   * The new cap of the run. Absent: it stays.
   */
  budget_cap_usd?: number;
  /**
   * The new number of turns, from the first on, with those that are taken out. Absent: it stays.
   */
  max_turns?: number;
  /**
   * The models that may be chosen from now on. Absent: they stay.
   *
   * @minItems 1
   */
  models?: string[];
}
export interface RewoundSession {
  id: string;
  agent_id: string;
  status: 'running' | 'idle' | 'ended' | (string & {});
  idle_cause?: 'awaiting_input' | 'requires_action' | 'budget' | 'paused' | (string & {});
  end_reason?:
    | 'completed'
    | 'max_turns'
    | 'budget_exhausted'
    | 'interrupted'
    | 'idle_timeout'
    | 'error'
    | 'terminated'
    | (string & {});
  /**
   * The turns that it has, in a fork with those that it began with.
   */
  turns: number;
  /**
   * The most turns that it may have.
   */
  max_turns: number;
  cost_usd: number;
  budget_cap_usd: number | null;
  /**
   * The most tokens of a prompt. Null: what the model can read.
   */
  context_tokens: number | null;
  /**
   * The most tokens of an answer. Null: what the model can write.
   */
  max_output_tokens: number | null;
  /**
   * How long an approval waits. Null: as long as `idle_timeout_s`.
   */
  approval_timeout_s: number | null;
  on_budget: 'stop' | 'ask' | 'downgrade' | (string & {});
  created_at: string;
  /**
   * How often it was retried or rewound.
   */
  retries: number;
  /**
   * For a fork: the session it was forked from, and the last turn that it began with.
   */
  forked_from?: {
    session_id: string;
    turn: number;
  };
  /**
   * The documents that it reads in place of those of its agent, of the kinds that are named.
   */
  context?: {
    soul?: {
      name: string;
      tokens: number;
    }[];
    skill?: {
      name: string;
      tokens: number;
    }[];
    reference?: {
      name: string;
      tokens: number;
    }[];
  };
  /**
   * Set if it replays another session.
   */
  replay_of?: {
    session_id: string;
    from_turn: number;
    /**
     * Where results of tool calls come from. `recorded`: from the recording alone; no tool is called. `recorded_or_read`: a call without a recorded result is made if policy says that its tool only reads. `live`: all calls are made.
     */
    tools: 'recorded' | 'recorded_or_read' | 'live' | (string & {});
    /**
     * What follows a call that has no recorded result and is not made: the replay ends as `error` with the code `replay.no_recording`, or the call gets a result that says so.
     */
    on_missing: 'stop' | 'error_result' | (string & {});
    /**
     * True: the answers are the recorded ones, and nothing was paid. `cost_usd` is what they had cost when they were recorded.
     */
    recorded_models: boolean;
    seed?: number;
    /**
     * The tools, as globs, of the policies that are tried. Absent: those of the agent hold.
     */
    tried_policies?: string[];
  };
  /**
   * Since when the session is to pause, by `POST …/pause`. It pauses at its next boundary, and then has `idle_cause` "paused".
   */
  paused_at?: string;
  ended_at?: string;
  /**
   * What models and tool servers sent to it, in decoded bytes. `session_received_bytes` is its limit.
   */
  received_bytes: number;
  /**
   * `seq` of the newest event.
   */
  last_seq: number;
  error?: {
    code: string;
    message: string;
    /**
     * The provider whose failure came last, where a model failed.
     */
    provider?: string;
    model?: string;
    /**
     * The HTTP status of that provider.
     */
    status?: number;
    /**
     * Whose doing it was, where somebody ended the session: the id of an API key, or `operator`.
     */
    by?: string;
  };
  /**
   * With `end_reason` "budget_exhausted", with `idle_cause` "budget", and where the session was idle for money when it paused: which account is short of money, and what the next request needs.
   */
  budget?: {
    account: 'run' | 'agent_day' | (string & {});
    /**
     * US dollars, rounded to 1e-9.
     */
    spentUsd: number;
    /**
     * US dollars, rounded to 1e-9.
     */
    capUsd: number;
    /**
     * The bound of the next request, with the shortest answer that is of use. Where a run ended with an answer that money cut short: the bound of its request, with an answer of full length.
     */
    neededUsd: number;
    /**
     * What providers charged the run above the bounds of their requests, where that is why it ended or asks. One that asks goes on when the cap of this account is raised.
     */
    excessUsd?: number;
  };
  metadata: {
    [k: string]: unknown;
  };
  /**
   * In the answer to a start with `tools`: what they name now, as `server/tool`.
   */
  tools?: string[];
  /**
   * In the answer to a start with `tools`: the entries that name no tool yet.
   */
  warnings?: string[];
  /**
   * The calls of the turns that were taken out which may have changed something. Nothing takes them back.
   */
  effects: {
    tool_use_id: string;
    tool_name: string;
    turn_index: number;
    state: 'succeeded' | 'failed' | 'unknown' | (string & {});
  }[];
}
export interface UserImage {
  /**
   * Refused. Images are not fetched from addresses.
   */
  url?: {
    [k: string]: unknown;
  };
  /**
   * The image itself in base64, at most 512 KiB.
   */
  data: string;
  /**
   * What the first bytes of `data` must be.
   */
  media_type: 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp' | (string & {});
}
export interface InboxReceipt {
  /**
   * The turn that reads a message names it by this id.
   */
  id: string;
  inbox_seq: number;
  status: 'queued';
  /**
   * Of a `user.message`, as it was when the message was stored. `woke`: the session waited for a message, and goes on because of this one. `joined`: other messages were unread, and it is read behind them. `queued`: it is the first that waits, for the next turn of a session which is at work or waits for something else.
   */
  disposition?: 'queued' | 'woke' | 'joined' | (string & {});
}
export interface AllTerminated {
  /**
   * How many sessions this request has ended.
   */
  terminated: number;
  /**
   * True when others still live: one request ends at most 500.
   */
  more: boolean;
}
export interface TurnTimes {
  session_id: string;
  turn_index: number;
  /**
   * The ids of the messages that the turn read, in order. Turns of versions before have none.
   */
  message_ids: string[];
  started_at: string;
  /**
   * When its account was closed. Null: not yet, never, or not known.
   */
  ended_at: string | null;
  /**
   * In the order in which they began. A time between two of them is waiting: for a worker, for a person, for money, or for a guardrail provider that is asked about messages.
   */
  stages: {
    stage: 'refresh_context' | 'select_model' | 'call_model' | 'call_tools' | 'debit_budget' | (string & {});
    /**
     * Of `select_model` and `call_model`: which selection of the turn.
     */
    selection?: number;
    started_at: string;
    /**
     * When what it did was stored. Null: not yet, never, or not known.
     */
    ended_at: string | null;
    /**
     * Of `select_model`: how long the turn waited before, because no model was up or money was reserved.
     */
    waited_ms?: number;
    /**
     * Of `select_model`: how long it waited before for a place of the tenant's share.
     */
    queued_ms?: number;
  }[];
  /**
   * Each request to a model.
   */
  attempts: {
    selection: number;
    attempt: number;
    provider: string;
    model: string;
    state: string;
    failed_type: string | null;
    /**
     * When the request was sent. Null: not yet, never, or not known.
     */
    dispatched_at: string | null;
    /**
     * When the first piece of the answer came: text, reasoning or a call. Null: not yet, never, or not known.
     */
    first_token_at: string | null;
    /**
     * When its last piece came. Null: not yet, never, or not known.
     */
    last_token_at: string | null;
    /**
     * When the answer or the failure began to be stored. Null: not yet, never, or not known.
     */
    closed_at: string | null;
  }[];
  tool_calls: {
    id: string;
    tool_name: string;
    state: string;
    /**
     * How often it was sent to a server. Bundled tools are not sent.
     */
    dispatches: number;
    /**
     * When it was sent for the first time. Null: not yet, never, or not known.
     */
    first_dispatched_at: string | null;
    /**
     * When it was sent for the last time, or when a bundled tool began. Null: not yet, never, or not known.
     */
    dispatched_at: string | null;
    /**
     * When the answer was there. Null: not yet, never, or not known.
     */
    answered_at: string | null;
    /**
     * When the result began to be stored. Null: not yet, never, or not known.
     */
    finished_at: string | null;
    /**
     * The questions for whose answers by a person the call waited.
     */
    asked: {
      /**
       * `approval`, `effect_unknown` or `form`.
       */
      kind: string;
      status: string;
      asked_at: string;
      /**
       * When the person answered, or the question expired. Null: not yet, never, or not known.
       */
      answered_at: string | null;
    }[];
  }[];
}
export interface SessionsTurnContextQuery {
  /**
   * An earlier turn: `diff` then says what changed since.
   */
  diff?: string;
}
export interface TurnContext {
  session_id: string;
  turn_index: number;
  /**
   * What the prompt was made of beside the transcript.
   */
  manifest: {
    sources: ContextSourceOfTurn[];
    /**
     * How many tokens the models of the run counted for one of ours. Budgets and tokens of sources are in theirs.
     */
    tokenRatio?: number;
    [k: string]: unknown;
  };
  diff?: ContextDiff;
  /**
   * The stable prefix of the prompt, as the model read it.
   */
  system: string;
  /**
   * The end of the prompt, as the model read it.
   */
  volatile: string;
}
export interface ContextSourceOfTurn {
  source: 'SOUL' | 'MEMORY' | 'SKILL' | 'HEARTBEAT' | 'WORKSPACE' | 'REFERENCE' | (string & {});
  /**
   * REFERENCE has two parts.
   */
  part?: 'index' | 'bodies' | (string & {});
  tokens: number;
  budgetTokens: number;
  included: {
    /**
     * The name of a document, or the id of a memory entry.
     */
    id: string;
    version: string;
    tokens: number;
    cut?: boolean;
    /**
     * Why it has its place. SOUL, SKILL and the index of REFERENCE: session, if the session has it in place of a document of its agent. MEMORY: governance, pinned, new (since the session began), relevant, archive, recent. WORKSPACE: named, touched, recent. REFERENCE: relevant, by_name. SKILL: learned.
     */
    why?: string;
    /**
     * As it stands in the prompt. Absent for turns of versions that did not keep it.
     */
    text?: string;
    /**
     * Set if it is cut.
     */
    wholeTokens?: number;
    /**
     * How a fact was found that concerns the conversation. Absent: it is there for another reason.
     */
    foundBy?: ('words' | 'meaning' | (string & {}))[];
  }[];
  dropped: {
    id: string;
    version?: string;
    tokens: number;
    /**
     * over_budget, empty, or repeat: a fact that the prompt has already.
     */
    why: string;
  }[];
  /**
   * How many parts there are besides, which had no room and are not named. At most 1,000 memory entries are counted.
   */
  unread?: number;
  /**
   * MEMORY: what its facts were searched by. Meaning takes part if the latest message has a vector.
   */
  search?: 'words' | 'words_and_meaning' | (string & {});
}
export interface ContextDiff {
  /**
   * The earlier turn.
   */
  turn_index: number;
  changes: {
    source: 'SOUL' | 'MEMORY' | 'SKILL' | 'HEARTBEAT' | 'WORKSPACE' | 'REFERENCE' | (string & {});
    /**
     * REFERENCE has two parts.
     */
    part?: 'index' | 'bodies' | (string & {});
    id: string;
    change: 'added' | 'removed' | 'changed' | (string & {});
    before?: {
      version: string;
      tokens: number;
    };
    after?: {
      version: string;
      tokens: number;
    };
    /**
     * Why there is no room any more for what was removed. Absent: it is gone.
     */
    why?: string;
    /**
     * A unified diff. Null for turns of versions that did not keep the texts.
     */
    diff: string | null;
  }[];
}
export interface TurnDecision {
  session_id: string;
  turn_index: number;
  task_class: string;
  selections: {
    selection: number;
    provider: string;
    model: string;
    reason: string;
    candidates: {
      provider: string;
      model: string;
      draw: number | null;
      posterior_mean: number;
      expected_cost_usd: number;
      /**
       * The most input tokens that can be billed: by what the model reported for an earlier request of the session and the bytes added since, by the bytes of the whole request, or, where neither fits the money that is left, by the count of the provider and a margin, or by the tokenizer of the model.
       */
      input_bound?: {
        tokens: number;
        by: 'counted' | 'tokenized' | 'reported' | 'bytes' | (string & {});
      };
      /**
       * What the request needs at least: its bound with the shortest answer that is of use.
       */
      least_cost_usd?: number;
      /**
       * Tokens of the prompt that this model would be sent, by our own count.
       */
      prompt_tokens?: number;
      /**
       * The most tokens of an answer that it would be asked for.
       */
      max_tokens?: number;
      /**
       * What its prompt would lack: only answers and results of earlier `old` turns; or parts of the `current` results or of messages.
       */
      left_out?: 'nothing' | 'old' | 'current' | (string & {});
      eligible: boolean;
      why?: string;
    }[];
    propensity: number;
    /**
     * The most tokens of an answer that were asked for.
     */
    max_tokens: number;
    /**
     * Tokens of the prompt, by our own count.
     */
    prompt_tokens?: number;
    window?: {
      /**
       * Earlier turns whose answers and results are shown whole.
       */
      turns_whole: number;
      /**
       * Turns whose results are cut to their beginning and end.
       */
      turns_cut: number;
      /**
       * Turns whose answers and results are left out.
       */
      turns_left_out: number;
      latest_results_cut: boolean;
      /**
       * Turns whose messages of the user are cut.
       */
      messages_cut: number;
      /**
       * Turns whose messages of the user are left out.
       */
      messages_left_out: number;
      latest_message_cut: boolean;
    };
    failed_type: string | null;
    /**
     * The HTTP status of the provider, where there was a response.
     */
    failed_status: number | null;
    /**
     * A sentence that quotes the provider's own words, redacted.
     */
    failed_message: string | null;
  }[];
  /**
   * Where no model could be chosen in the usual way, and the session ended, asked for money, or downgraded: every candidate, and why, as it was then.
   */
  unserved?: {
    provider: string;
    model: string;
    draw: number | null;
    posterior_mean: number;
    expected_cost_usd: number;
    /**
     * The most input tokens that can be billed: by what the model reported for an earlier request of the session and the bytes added since, by the bytes of the whole request, or, where neither fits the money that is left, by the count of the provider and a margin, or by the tokenizer of the model.
     */
    input_bound?: {
      tokens: number;
      by: 'counted' | 'tokenized' | 'reported' | 'bytes' | (string & {});
    };
    /**
     * What the request needs at least: its bound with the shortest answer that is of use.
     */
    least_cost_usd?: number;
    /**
     * Tokens of the prompt that this model would be sent, by our own count.
     */
    prompt_tokens?: number;
    /**
     * The most tokens of an answer that it would be asked for.
     */
    max_tokens?: number;
    /**
     * What its prompt would lack: only answers and results of earlier `old` turns; or parts of the `current` results or of messages.
     */
    left_out?: 'nothing' | 'old' | 'current' | (string & {});
    eligible: boolean;
    why?: string;
  }[];
  attempts: {
    selection: number;
    attempt: number;
    state: string;
    reserved_usd: number;
    charged_usd: number;
    excess_usd: number;
    failed_type: string | null;
  }[];
}
export interface SessionsUpdateParams {
  budget_cap_usd?: number;
  max_turns?: number;
  metadata?: {
    [k: string]: unknown;
  };
}
export interface SessionWhy {
  session_id: string;
  agent_id: string;
  /**
   * When this was so, by the clock of Postgres.
   */
  as_of: string;
  /**
   * Why the session stands where it stands. For people; its wording may change.
   */
  sentence: string;
  status: 'running' | 'idle' | 'ended' | (string & {});
  idle_cause?: 'awaiting_input' | 'requires_action' | 'budget' | 'paused' | (string & {});
  end_reason?:
    | 'completed'
    | 'max_turns'
    | 'budget_exhausted'
    | 'interrupted'
    | 'idle_timeout'
    | 'error'
    | 'terminated'
    | (string & {});
  /**
   * Of a running session: the stage that is under way or comes next.
   */
  stage?: {
    /**
     * `start`: its workflow has not been started. `context`: messages and context of the turn are read. `selection`: a model is chosen. `closing`: the turn is counted.
     */
    name: 'start' | 'context' | 'selection' | 'model_call' | 'tool_calls' | 'closing' | (string & {});
    turn_index: number;
    /**
     * RFC 3339, UTC.
     */
    since: string;
  };
  /**
   * `nothing`: it is at work, or it has ended. `person`: an approval, a form, or an answer about an unknown effect. `money_release`: money that other sessions of the agent hold reserved. `model_up`: every model of the run is out. `place`: other calls of the tenant have all places. `unknown`: this cannot be told; `unknown` says why.
   */
  waits_for:
    | 'nothing'
    | 'message'
    | 'person'
    | 'money'
    | 'money_release'
    | 'resume'
    | 'model_answer'
    | 'model_up'
    | 'tool_result'
    | 'place'
    | 'worker'
    | 'temporal'
    | 'unknown'
    | (string & {});
  /**
   * Since when it is so.
   */
  since: string;
  /**
   * When it is over by itself: an idle time, an approval, or the time at which the first model is tried again.
   */
  until?: string;
  /**
   * Requests to models in the last turn, the oldest first, at most 50.
   */
  attempts: {
    selection: number;
    attempt: number;
    provider: string;
    model: string;
    /**
     * `reserved`: not sent yet. `dispatched`: under way. The others are over: charged, not charged, or not known.
     */
    state: 'reserved' | 'dispatched' | 'settled' | 'released' | 'unknown' | (string & {});
    /**
     * RFC 3339, UTC.
     */
    dispatched_at: string | null;
    /**
     * RFC 3339, UTC.
     */
    closed_at: string | null;
    failed_type: string | null;
    failed_status: number | null;
    /**
     * A sentence that quotes the provider's own words, redacted.
     */
    failed_message: string | null;
  }[];
  /**
   * Tool calls of the last turn, at most 128.
   */
  tool_calls: {
    tool_use_id: string;
    tool_name: string;
    state: 'intended' | 'dispatched' | 'succeeded' | 'failed' | 'denied' | 'unknown' | 'not_made' | (string & {});
    /**
     * How often it was sent.
     */
    attempts: number;
    /**
     * RFC 3339, UTC.
     */
    dispatched_at: string | null;
    /**
     * RFC 3339, UTC.
     */
    finished_at: string | null;
    reason_code: string | null;
    /**
     * The beginning of the result, where the call failed. Redacted.
     */
    message: string | null;
  }[];
  /**
   * Models of the run that are out now. `model` null: every model of the provider.
   */
  models_out: {
    provider: string;
    model: string | null;
    why: string;
    /**
     * RFC 3339, UTC.
     */
    until: string;
  }[];
  /**
   * What a person has to decide.
   */
  pending: {
    approval_id: string;
    /**
     * `approval`: may the call be made? Answered by `user.tool_confirmation`. `effect_unknown`: the call was made, and nobody knows whether it took effect. Answered by `user.effect_resolution`. `form`: a server asks for details in the middle of the call. Answered by `user.form_response`.
     */
    kind: 'approval' | 'effect_unknown' | 'form' | (string & {});
    tool_use_id: string;
    tool_name: string;
    /**
     * RFC 3339, UTC.
     */
    expires_at: string;
  }[];
  budget?: {
    account: 'run' | 'agent_day' | (string & {});
    /**
     * US dollars, rounded to 1e-9.
     */
    spentUsd: number;
    /**
     * US dollars, rounded to 1e-9.
     */
    capUsd: number;
    /**
     * The bound of the next request, with the shortest answer that is of use. Where a run ended with an answer that money cut short: the bound of its request, with an answer of full length.
     */
    neededUsd: number;
    /**
     * What providers charged the run above the bounds of their requests, where that is why it ended or asks. One that asks goes on when the cap of this account is raised.
     */
    excessUsd?: number;
  };
  /**
   * Messages that were accepted and that the agent has not read.
   */
  unread_messages: number;
  /**
   * What failed, from what ended or holds up the session to what was behind it.
   */
  causes: {
    of: 'session' | 'model' | 'tool' | 'stage' | 'workflow' | (string & {});
    code: string;
    message: string | null;
    provider?: string;
    model?: string;
    status?: number;
    tool_name?: string;
    tool_use_id?: string;
    turn_index?: number;
  }[];
  /**
   * Requests after which the session goes on, the first choice first.
   */
  unblocked_by: {
    /**
     * What the request does for the session, in a sentence.
     */
    what: string;
    method: 'GET' | 'POST' | 'PATCH' | 'PUT' | (string & {});
    path: string;
    /**
     * `…` stands for what only the sender knows.
     */
    body?: {
      [k: string]: unknown;
    };
  }[];
  /**
   * What could not be found out, and why.
   */
  unknown: string[];
}
export interface TenantsCreateParams {
  name: string;
}
export interface CreatedTenant {
  id: string;
  name: string;
  /**
   * The first key of the tenant, with scope admin.
   */
  api_key: {
    id: string;
    name: string;
    /**
     * The first characters of the key, to recognise it by.
     */
    prefix: string;
    scopes: ('admin' | 'run' | 'read' | (string & {}))[];
    created_at: string;
    expires_at: string | null;
    revoked_at: string | null;
    last_used_at: string | null;
    /**
     * The key itself. It is shown this once, and not when the request is replayed.
     */
    key?: string;
  };
}
export interface TenantWithUse {
  id: string;
  name: string;
  created_at: string;
  status: 'active' | 'suspended' | (string & {});
  suspended_at: string | null;
  /**
   * What becomes of its sessions.
   */
  suspended_sessions: 'pause' | 'terminate' | (string & {}) | null;
  /**
   * How many places the tenant gets, against others that wait at the same time. The default is 1.
   */
  weight: number;
  sessions: {
    running: number;
    idle: number;
  };
  /**
   * What its work added up to in the last minute, such as `validation_cpu_ms`.
   */
  last_minute: {
    [k: string]: number;
  };
  /**
   * What it holds at the moment in all processes, such as `streams`.
   */
  held: {
    [k: string]: number;
  };
  /**
   * The limits that the operator set for it.
   */
  limits: {
    [k: string]: number;
  };
  /**
   * Every limit of the tenant with its use, as the tenant sees it at `GET /v1/limits`.
   */
  use: Limit[];
}
export interface Limit {
  /**
   * The name by which refusals name it and the operator sets it.
   */
  name: string;
  /**
   * What is counted.
   */
  what: string;
  /**
   * `stored`: what is kept. `at_once`: what is under way. `rate`: what is done in a second. `size`: how large one thing may be. `session`: how much one session may use up before it ends.
   */
  kind: 'stored' | 'at_once' | 'rate' | 'size' | 'session' | (string & {});
  unit: string;
  /**
   * How much is in use. Null where each thing, key or session is counted by itself.
   */
  used: number | null;
  limit: number;
  /**
   * What holds unless the operator sets another number.
   */
  default: number;
}
export interface Tenant {
  id: string;
  name: string;
  created_at: string;
  status: 'active' | 'suspended' | (string & {});
  suspended_at: string | null;
  /**
   * What becomes of its sessions.
   */
  suspended_sessions: 'pause' | 'terminate' | (string & {}) | null;
  /**
   * How many places the tenant gets, against others that wait at the same time. The default is 1.
   */
  weight: number;
  sessions: {
    running: number;
    idle: number;
  };
  /**
   * What its work added up to in the last minute, such as `validation_cpu_ms`.
   */
  last_minute: {
    [k: string]: number;
  };
  /**
   * What it holds at the moment in all processes, such as `streams`.
   */
  held: {
    [k: string]: number;
  };
  /**
   * The limits that the operator set for it.
   */
  limits: {
    [k: string]: number;
  };
}
export interface TenantsSuspendParams {
  /**
   * `pause`: sessions wait, and go on when the tenant is resumed. `terminate`: they end. Default: "pause".
   */
  sessions?: 'pause' | 'terminate' | (string & {});
}
export interface TenantsUpdateParams {
  name?: string;
  /**
   * How many places the tenant gets, against others that wait at the same time. The default is 1.
   */
  weight?: number;
  /**
   * New numbers by the names of `GET /v1/limits`. Null: the default holds again.
   */
  limits?: {
    [k: string]: number | null;
  };
}
export interface UsageListQuery {
  /**
   * Default: 50.
   */
  limit?: number;
  cursor?: string;
  /**
   * Default: "month".
   */
  period?: 'day' | 'week' | 'month' | 'year' | 'all' | (string & {});
}
export interface UsageQuery {
  /**
   * Default: "month".
   */
  period?: 'day' | 'week' | 'month' | 'year' | 'all' | (string & {});
}
export interface UsageSummary {
  period: string;
  from: string | null;
  total_cost_usd: number;
  requests: number;
  input_tokens: number;
  output_tokens: number;
  models: {
    provider: string;
    model: string;
    cost_usd: number;
    requests: number;
    input_tokens: number;
    output_tokens: number;
  }[];
}
export interface RunRequest {
  /**
   * What the agent is asked to do.
   */
  message: string;
  /**
   * Images that belong to the text. A model that takes no images gets a line in place of each.
   *
   * @minItems 1
   */
  images?: UserImage[];
  /**
   * Default: 10.
   */
  max_turns?: number;
  /**
   * The most this run may spend. Absent: no cap of its own.
   */
  budget_cap_usd?: number;
  /**
   * The most tokens of a prompt. Absent: what the agent has, else what the model can read.
   */
  context_tokens?: number;
  /**
   * The most tokens of an answer. Absent: what the agent has, else what the model can write.
   */
  max_output_tokens?: number;
  /**
   * What follows a turn without tool calls: the session ends, or it waits for the next message. Default: "end".
   */
  on_complete?: 'end' | 'idle' | (string & {});
  /**
   * What follows when the run comes to the end of its money: it ends (`stop`); or it goes idle and goes on when there is money again (`ask`); or it goes on with shorter prompts and with cheaper models of the tenant, also such that `models` does not name, and ends only then (`downgrade`). Absent: what the agent has, else `stop`.
   */
  on_budget?: 'stop' | 'ask' | 'downgrade' | (string & {});
  /**
   * Default: 1800.
   */
  idle_timeout_s?: number;
  /**
   * How long a call waits for the approval of a person before it is denied. Absent: what the agent has, else `idle_timeout_s`.
   */
  approval_timeout_s?: number;
  /**
   * Only these models may be chosen. An entry is `id`, `provider/id` or `provider/*`.
   *
   * @minItems 1
   */
  models?: string[];
  /**
   * Only these tools are offered. An entry is a glob over the names of tools: `server/tool`, the name that the server gives, or the name that models see. An entry that names no tool is refused, unless it may name one of a server that is still to come.
   */
  tools?: string[];
  metadata?: {
    [k: string]: unknown;
  };
}
export interface AgentRunsRunQuery {
  /**
   * More types, separated by commas. `agent.message_delta`: a stream also carries the text of an answer while a model writes it. `session.compacted`: a stream and the list also show the summaries of earlier turns.
   */
  include?: string;
}
export interface TerminatedSessions {
  agent_id: string;
  /**
   * How many sessions this request has ended.
   */
  terminated: number;
  /**
   * True when others still live: one request ends at most 500.
   */
  more: boolean;
}
export interface BulkItem {
  /**
   * Its place in the job, from 0. Sessions are taken up in this order, the oldest first.
   */
  place: number;
  session_id: string;
  /**
   * `pending`: it is still to come. `done`. `refused`: as the request about this session would be, with its `code`. `failed`: the service failed again and again, and nothing was changed. `not_done`: the job ended first.
   */
  outcome: 'pending' | 'done' | 'refused' | 'failed' | 'not_done' | (string & {});
  /**
   * Why it was refused or failed, or why it is to be tried again.
   */
  code?: string;
  message?: string;
  /**
   * How often it was tried without an outcome.
   */
  attempts: number;
  settled_at?: string;
}
export interface SessionStatusRunningData {
  sessionId: string;
  agentId: string;
  maxTurns: number;
  /**
   * Null: the run has no cap of its own.
   */
  budgetCapUsd: number | null;
  /**
   * Where an ended session goes on because somebody retried it: the reason for which it had ended.
   */
  retryOf?:
    | 'completed'
    | 'max_turns'
    | 'budget_exhausted'
    | 'interrupted'
    | 'idle_timeout'
    | 'error'
    | 'terminated'
    | (string & {});
  /**
   * Where turns were taken out of the transcript: the first and the last of them. Their events stay in the log.
   */
  rewound?: {
    fromTurn: number;
    throughTurn: number;
  };
  /**
   * In the first event of a fork: the session it was forked from, and the last turn that it begins with.
   */
  forkedFrom?: {
    sessionId: string;
    turn: number;
  };
  /**
   * In the first event of a replay: the session that it replays.
   */
  replayOf?: string;
  /**
   * In the first event of a run with `tools`: what they name, as `server/tool`.
   */
  tools?: string[];
  /**
   * In the first event of a run with `tools`: the entries that name no tool yet. Absent where there are none.
   */
  warnings?: string[];
}
export interface SessionStatusIdleData {
  cause: 'awaiting_input' | 'requires_action' | 'budget' | 'paused' | (string & {});
  /**
   * With `cause` "requires_action": what is to be decided.
   */
  pending?: {
    toolUseId: string;
    toolName: string;
    args: {
      [k: string]: unknown;
    };
    /**
     * RFC 3339, UTC. What is not answered by then is decided as docs/approvals.md says.
     */
    expiresAt: string;
    /**
     * `approval`: may the call be made? Answered by `user.tool_confirmation`. `effect_unknown`: the call was made, and nobody knows whether it took effect. Answered by `user.effect_resolution`. `form`: a server asks for details in the middle of the call. Answered by `user.form_response`.
     */
    kind: 'approval' | 'effect_unknown' | 'form' | (string & {});
    /**
     * Its id under `/v1/mcp/approvals`.
     */
    approvalId: string;
    /**
     * The id of the server.
     */
    server: string;
    effect: 'read' | 'write' | 'egress' | (string & {});
    /**
     * What asked: the id of a policy, or `default` where no policy names the tool.
     */
    rule: string;
    /**
     * Counts from 0.
     */
    turnIndex: number;
    /**
     * With `kind` "effect_unknown": what is known of the call.
     */
    happened?: string;
    /**
     * With `kind` "form": what the server asks for.
     */
    form?:
      | {
          mode: 'form';
          message: string;
          /**
           * A flat JSON Schema of type object: texts, numbers, truth values and choices.
           */
          requestedSchema: {
            [k: string]: unknown;
          };
        }
      | {
          mode: 'url';
          message: string;
          /**
           * To be opened by the person, who does there what the server asks for. Show its host before.
           */
          url: string;
        };
    /**
     * What the run has cost so far.
     */
    costUsd: number;
    /**
     * The last calls of the session that have a result, the latest first.
     */
    ranBefore: {
      toolName: string;
      /**
       * Counts from 0.
       */
      turnIndex: number;
      outcome: 'succeeded' | 'failed' | 'denied' | 'unknown' | (string & {});
    }[];
  }[];
  /**
   * How long the session waits, counted from this event. With `cause` "paused" it goes on when it is resumed.
   */
  idleTimeoutMs: number;
  /**
   * With `cause` "paused": the id of the API key that paused the session or its agent, or `operator`, who has suspended the tenant.
   */
  pausedBy?: string;
  /**
   * With `cause` "budget": which account is short of money, and what the next request needs.
   */
  budget?: {
    account: 'run' | 'agent_day' | (string & {});
    /**
     * US dollars, rounded to 1e-9.
     */
    spentUsd: number;
    /**
     * US dollars, rounded to 1e-9.
     */
    capUsd: number;
    /**
     * The bound of the next request, with the shortest answer that is of use. Where a run ended with an answer that money cut short: the bound of its request, with an answer of full length.
     */
    neededUsd: number;
    /**
     * What providers charged the run above the bounds of their requests, where that is why it ended or asks. One that asks goes on when the cap of this account is raised.
     */
    excessUsd?: number;
  };
}
export interface SessionStatusEndedData {
  reason:
    | 'completed'
    | 'max_turns'
    | 'budget_exhausted'
    | 'interrupted'
    | 'idle_timeout'
    | 'error'
    | 'terminated'
    | (string & {});
  totalTurns: number;
  /**
   * US dollars, rounded to 1e-9.
   */
  totalCostUsd: number;
  durationMs: number;
  error?: {
    code: string;
    message: string;
    /**
     * The provider whose failure came last, where a model failed.
     */
    provider?: string;
    model?: string;
    /**
     * The HTTP status of that provider.
     */
    status?: number;
    /**
     * Whose doing it was, where somebody ended the session: the id of an API key, or `operator`.
     */
    by?: string;
  };
  /**
   * The number of messages that were accepted and that the agent has not read.
   */
  undelivered?: number;
  /**
   * About the last answer. Why the model stopped, where it was not simply done: max_tokens, a filter of its provider, a refusal, or an answer without text after the results of tools.
   */
  stoppedBy?: 'length' | 'content-filter' | 'refusal' | 'empty' | (string & {});
  /**
   * With `reason` "budget_exhausted": which account it was, and what the next request would have needed.
   */
  budget?: {
    account: 'run' | 'agent_day' | (string & {});
    /**
     * US dollars, rounded to 1e-9.
     */
    spentUsd: number;
    /**
     * US dollars, rounded to 1e-9.
     */
    capUsd: number;
    /**
     * The bound of the next request, with the shortest answer that is of use. Where a run ended with an answer that money cut short: the bound of its request, with an answer of full length.
     */
    neededUsd: number;
    /**
     * What providers charged the run above the bounds of their requests, where that is why it ended or asks. One that asks goes on when the cap of this account is raised.
     */
    excessUsd?: number;
  };
}
export interface AgentMessageData {
  text: string;
  model: string;
  /**
   * Counts from 0.
   */
  turnIndex: number;
  provider: string;
  usage: {
    inputTokens: number;
    outputTokens: number;
    cacheReadTokens: number;
    /**
     * True when the provider reported no usage and the service counted.
     */
    estimated?: boolean;
  };
  /**
   * US dollars, rounded to 1e-9.
   */
  costUsd: number;
  /**
   * True when an interrupt cut the answer short.
   */
  partial?: boolean;
  /**
   * Why the model stopped, where it was not simply done: max_tokens, a filter of its provider, a refusal, or an answer without text after the results of tools.
   */
  stoppedBy?: 'length' | 'content-filter' | 'refusal' | 'empty' | (string & {});
  /**
   * With `stoppedBy` "length": true when `max_tokens` was as low as the money that was left.
   */
  cutForBudget?: boolean;
  /**
   * True when the provider reported no usage.
   */
  costIsUpperBound?: boolean;
  /**
   * True when a guardrail kept the answer back: `text` then says so. The model may answer once more.
   */
  withheld?: boolean;
}
export interface AgentToolUseData {
  toolName: string;
  args: {
    [k: string]: unknown;
  };
  toolUseId: string;
  server: string;
  /**
   * Counts from 0.
   */
  turnIndex: number;
  permission: 'allow' | 'ask' | 'deny' | (string & {});
}
export interface AgentToolResultData {
  toolName: string;
  /**
   * Number of result items.
   */
  results: number;
  latencyMs: number;
  /**
   * Counts from 0.
   */
  turnIndex: number;
  toolUseId: string;
  isError: boolean;
  /**
   * The first 2 KiB of the result.
   */
  preview: string;
  bytes: number;
  /**
   * True when the model was given only the beginning of the result.
   */
  truncated?: boolean;
  /**
   * The artifact with the whole of a truncated result: `GET …/artifacts/{artifact_id}`.
   */
  artifactId?: string;
  /**
   * The images of the result, in order: `GET …/artifacts/{artifact_id}`.
   */
  imageIds?: string[];
  /**
   * Sounds and other files of the result, in order: `GET …/artifacts/{artifact_id}`.
   */
  fileIds?: string[];
}
export interface BrModelSelectedData {
  model: string;
  provider: string;
  strategy: 'thompson';
  /**
   * Counts from 0.
   */
  turnIndex: number;
  reason: string;
  candidates: {
    model: string;
    draw: number | null;
    posteriorMean: number;
    /**
     * US dollars, rounded to 1e-9.
     */
    expectedCostUsd: number | null;
    eligible: boolean;
    /**
     * Why a candidate was not eligible.
     */
    why?: string;
  }[];
  propensity: number;
  /**
   * In the first of these events of a turn: the ids of the messages that the turn reads, in order, as `POST …/events` answered them. Absent: it reads none.
   */
  messageIds?: string[];
  /**
   * The request of this turn that failed before this selection; with `reason` "failover", or with "downgrade".
   */
  failed?: {
    model: string;
    provider: string;
    /**
     * As in the decision of the turn: `model.rate_limited`, …
     */
    type: string;
    /**
     * The HTTP status of the provider, where there was a response.
     */
    status?: number;
    /**
     * A sentence that quotes the provider's own words, redacted.
     */
    message?: string;
  };
  /**
   * With `reason` "downgrade": which account is short of money, and what the cheapest model of the run would have needed for the usual prompt.
   */
  budget?: {
    account: 'run' | 'agent_day' | (string & {});
    /**
     * US dollars, rounded to 1e-9.
     */
    spentUsd: number;
    /**
     * US dollars, rounded to 1e-9.
     */
    capUsd: number;
    /**
     * The bound of the next request, with the shortest answer that is of use. Where a run ended with an answer that money cut short: the bound of its request, with an answer of full length.
     */
    neededUsd: number;
    /**
     * What providers charged the run above the bounds of their requests, where that is why it ended or asks. One that asks goes on when the cap of this account is raised.
     */
    excessUsd?: number;
  };
}
export interface BrGuardrailInterventionData {
  guardrail: string;
  stage: 'input' | 'output' | 'tool_args' | 'tool_result' | (string & {});
  action: 'warn' | 'redact' | 'block' | (string & {});
  reasonCode: string;
  message: string;
  /**
   * Counts from 0.
   */
  turnIndex: number;
  /**
   * How sure the rule is, of what it is surest of: above 0 and at most 1.
   */
  confidence?: number;
  /**
   * What kinds of things the rule found, such as `email`.
   */
  found?: string[];
  /**
   * Where it found them, in UTF-16 code units of the text that it read. At most 20.
   */
  spans?: {
    start: number;
    end: number;
  }[];
}
export interface BrBudgetWarningData {
  /**
   * US dollars, rounded to 1e-9.
   */
  spentUsd: number;
  /**
   * US dollars, rounded to 1e-9.
   */
  capUsd: number;
  /**
   * US dollars, rounded to 1e-9.
   */
  remainingUsd: number;
  scope: 'run' | 'agent_day' | (string & {});
  /**
   * The share of the cap that is reached by what is spent and what is needed next: 80, 90 or 95 percent.
   */
  threshold: number;
  /**
   * What the next request needs at least. Absent: what is spent reached the share.
   */
  neededUsd?: number;
  /**
   * What other requests hold reserved, where that keeps the next one from being made. It counts as spent then.
   */
  reservedUsd?: number;
}
export interface BrRoutingSavingsData {
  /**
   * Counts from 0.
   */
  turnIndex: number;
  model: string;
  /**
   * US dollars, rounded to 1e-9.
   */
  costUsd: number;
  baselineModel: string;
  /**
   * US dollars, rounded to 1e-9.
   */
  baselineCostUsd: number;
  /**
   * Negative when the chosen model cost more than the baseline would have.
   */
  savingsUsd: number;
  /**
   * Bounds on savingsUsd.
   */
  interval: [number, number];
  method: string;
}
export interface SessionCompacted {
  type: 'session.compacted';
  data: {
    /**
     * The first turn that the summary covers. Turns count from 0.
     */
    fromTurn: number;
    /**
     * The last turn that it covers.
     */
    toTurn: number;
    /**
     * The summary takes in an earlier one, of the turns up to this one.
     */
    previousToTurn?: number;
    /**
     * The summary as prompts show it. Secrets in it are replaced.
     */
    text: string;
    /**
     * UTF-8 bytes of the text.
     */
    bytes: number;
    model: string;
    provider: string;
    usage: {
      inputTokens: number;
      outputTokens: number;
      cacheReadTokens: number;
      /**
       * True when the provider reported no usage and the service counted.
       */
      estimated?: boolean;
    };
    /**
     * What the request for the summary cost. It is part of the cost of the session.
     */
    costUsd: number;
    /**
     * True when the provider reported no usage.
     */
    costIsUpperBound?: boolean;
    /**
     * What the covered turns hold. All of it stays in the transcript.
     */
    dropped: {
      turns: number;
      /**
       * Messages of the user. Prompts show them beside the summary as long as they have room.
       */
      messages: number;
      toolCalls: number;
      /**
       * The most bytes that they take in a request.
       */
      bytes: number;
    };
  };
}
export interface ImageReference {
  /**
   * `GET …/artifacts/{id}` answers with the image.
   */
  id: string;
  media_type: 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp' | (string & {});
  width: number;
  height: number;
  bytes: number;
}
export interface Model {
  /**
   * `provider/model`, as a run names it.
   */
  id: string;
  provider: string;
  model: string;
  protocol: string;
  /**
   * As it was registered, or as it is known of the model.
   */
  context_window: number;
  /**
   * Present where the model refused a request as too long. The smaller of this and `context_window` holds.
   */
  learned_context?: {
    /**
     * How long prompt and answer together may be, in tokens by our own count.
     */
    tokens: number;
    /**
     * When it is forgotten.
     */
    until: string;
  };
  max_output_tokens: number;
  capabilities: string[];
  input_usd_per_mtok: number;
  output_usd_per_mtok: number;
  /**
   * In seconds, with the defaults in place of what is not set.
   */
  time_limits: {
    connect_s: number;
    first_token_s: number;
    silence_s: number;
    total_s: number;
  };
  health: Health;
}
export interface AuditEntry {
  id: string;
  /**
   * decision: what policy said of a call. dispatch: the call was sent. outcome: how it came out. approval: a person answered. change: of a policy, a server, its pinned tools or a setting.
   */
  kind: 'decision' | 'dispatch' | 'outcome' | 'approval' | 'change' | (string & {});
  /**
   * Who asked: an API key, an agent, or a word for a process or an operator.
   */
  actor: string;
  action: string;
  target: string;
  session_id: string | null;
  agent_id: string | null;
  /**
   * The name by which models know the tool.
   */
  tool: string | null;
  verdict: 'allow' | 'ask' | 'deny' | (string & {}) | null;
  /**
   * Ids, hashes, rules and outcomes. It holds no arguments and no results.
   */
  detail: {
    [k: string]: unknown;
  };
  /**
   * The place in the chain. Null: the entry is not linked yet; it takes about a second.
   */
  seq: number | null;
  /**
   * SHA-256 (hex) over the entry, its place and the hash of the link before. Null as long as `seq` is.
   */
  hash: string | null;
  created_at: string;
}
export interface GuardrailTemplate {
  id: string;
  name: string;
  description: string;
  /**
   * They can be sent as the `rules` of a configuration.
   */
  rules: GuardrailRule[];
}
export interface ApiKey {
  id: string;
  name: string;
  /**
   * The first characters of the key, to recognise it by.
   */
  prefix: string;
  scopes: ('admin' | 'run' | 'read' | (string & {}))[];
  created_at: string;
  expires_at: string | null;
  revoked_at: string | null;
  last_used_at: string | null;
}
export interface ErrorBody {
  error: {
    message: string;
    type:
      | 'invalid_request_error'
      | 'authentication_error'
      | 'permission_error'
      | 'not_found_error'
      | 'conflict_error'
      | 'rate_limit_error'
      | 'budget_error'
      | 'api_error'
      | 'overloaded_error'
      | (string & {});
    /**
     * Stable and specific. The description of a route lists its codes by status.
     */
    code: string;
    /**
     * The wrong field or parameter; a field within another is dotted.
     */
    param?: string;
    request_id: string;
    recovery?: {
      /**
       * What to do about it.
       */
      action: string;
      wait_ms?: number;
      docs_url?: string;
    };
    limit?: {
      name: string;
      /**
       * How much was in use when the request was refused.
       */
      used: number;
      limit: number;
      unit: string;
    };
  };
}
export interface LeaderboardEntry {
  provider: string;
  model: string;
  task_class: string;
  mean_reward: number;
  samples: number;
  updated_at: string;
}
export interface MemoryBlock {
  block: 'human' | 'project' | 'system' | 'general' | (string & {});
  entries: number;
  tokens: number;
}
export interface MemoryMatch {
  id: string;
  block: 'human' | 'project' | 'system' | 'general' | (string & {});
  fact: string;
  pinned: boolean;
  /**
   * From 0 to 1.
   */
  score: number;
  found_by: ('words' | 'meaning' | (string & {}))[];
}
export interface ProviderKind {
  provider: string;
  display_name: string;
  protocols: string[];
  public_base_url: string | null;
  environment_variable: string | null;
  needs_api_key: boolean;
  needs_base_url: boolean;
  needs_models: boolean;
  default_models: string[];
  /**
   * The settings that `dialect` may have.
   */
  dialect_settings: string[];
}
export interface CostOfCostCenter {
  cost_center: string | null;
  cost_usd: number;
  requests: number;
}
export interface CostOfOwner {
  agent_id: string;
  display_name: string;
  cost_usd: number;
  requests: number;
}
export interface SessionCompactedData {
  /**
   * The first turn that the summary covers. Turns count from 0.
   */
  fromTurn: number;
  /**
   * The last turn that it covers.
   */
  toTurn: number;
  /**
   * The summary takes in an earlier one, of the turns up to this one.
   */
  previousToTurn?: number;
  /**
   * The summary as prompts show it. Secrets in it are replaced.
   */
  text: string;
  /**
   * UTF-8 bytes of the text.
   */
  bytes: number;
  model: string;
  provider: string;
  usage: {
    inputTokens: number;
    outputTokens: number;
    cacheReadTokens: number;
    /**
     * True when the provider reported no usage and the service counted.
     */
    estimated?: boolean;
  };
  /**
   * What the request for the summary cost. It is part of the cost of the session.
   */
  costUsd: number;
  /**
   * True when the provider reported no usage.
   */
  costIsUpperBound?: boolean;
  /**
   * What the covered turns hold. All of it stays in the transcript.
   */
  dropped: {
    turns: number;
    /**
     * Messages of the user. Prompts show them beside the summary as long as they have room.
     */
    messages: number;
    toolCalls: number;
    /**
     * The most bytes that they take in a request.
     */
    bytes: number;
  };
}
export interface AgentMessageDeltaData {
  /**
   * Counts from 0.
   */
  turnIndex: number;
  /**
   * Which request of the turn writes the text. A later request begins anew, and the text of an earlier one is void.
   */
  attempt: number;
  /**
   * Where `text` begins in the message, in UTF-16 code units.
   */
  offset: number;
  text: string;
  model: string;
  provider: string;
  /**
   * Present at offset 0 of a later attempt: drop the text that was shown of this turn. `text` may be empty.
   */
  restart?: true;
}
/**
 * The data of each type of event.
 */
export interface EventDataByType {
  'session.status_running': SessionStatusRunningData;
  'session.status_idle': SessionStatusIdleData;
  'session.status_ended': SessionStatusEndedData;
  'agent.message': AgentMessageData;
  'agent.tool_use': AgentToolUseData;
  'agent.tool_result': AgentToolResultData;
  'br.model_selected': BrModelSelectedData;
  'br.guardrail_intervention': BrGuardrailInterventionData;
  'br.budget_warning': BrBudgetWarningData;
  'br.routing_savings': BrRoutingSavingsData;
  'session.compacted': SessionCompactedData;
  'agent.message_delta': AgentMessageDeltaData;
}

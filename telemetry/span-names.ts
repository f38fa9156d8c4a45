/**
 * The names of our spans and of their attributes: one place for all of them. Those that begin with `gen_ai.`, `http.` and
 * `error.` are those of OpenTelemetry's semantic conventions (GenAI 1.37), which are not released as stable. A package that
 * carries them changes with them, and these names should not.
 */
export const spanNames = {
  /** A run of a session, from when it began to run until it ended or waited for a message. */
  run: (agent: string) => `invoke_agent ${agent}`,
  /** A request to a model. */
  model: (model: string) => `chat ${model}`,
  /** A call of a tool. */
  tool: (tool: string) => `execute_tool ${tool}`,
  /** A request that the API answered. */
  request: (method: string, route: string) => `${method} ${route}`,
} as const;

export const spanAttributes = {
  operation: 'gen_ai.operation.name',
  conversation: 'gen_ai.conversation.id',
  agentId: 'gen_ai.agent.id',
  agentName: 'gen_ai.agent.name',
  provider: 'gen_ai.provider.name',
  requestModel: 'gen_ai.request.model',
  inputTokens: 'gen_ai.usage.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',
  cacheReadTokens: 'gen_ai.usage.cache_read.input_tokens',
  toolName: 'gen_ai.tool.name',
  toolCallId: 'gen_ai.tool.call.id',
  /** The next four are sent with AGENT_RUNS_OTEL_CONTENT=1 only. */
  inputMessages: 'gen_ai.input.messages',
  outputMessages: 'gen_ai.output.messages',
  toolArguments: 'gen_ai.tool.call.arguments',
  toolResult: 'gen_ai.tool.call.result',
  errorType: 'error.type',
  method: 'http.request.method',
  route: 'http.route',
  status: 'http.response.status_code',
  requestId: 'agent_runs.request_id',
  run: 'agent_runs.run',
  turn: 'agent_runs.turn',
  selection: 'agent_runs.selection',
  attempt: 'agent_runs.attempt',
  outcome: 'agent_runs.outcome',
  purpose: 'agent_runs.purpose',
  mcpServer: 'agent_runs.mcp_server_id',
  costUsd: 'agent_runs.cost_usd',
  firstTokenMs: 'agent_runs.first_token_ms',
} as const;

/** What happens within a call of a tool while somebody is asked about it. */
export const spanEvents = {
  asked: (kind: string) => `agent_runs.${kind}.asked`,
  answered: (kind: string) => `agent_runs.${kind}.answered`,
} as const;

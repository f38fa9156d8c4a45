/** Requests and a stream as the product page shows them, for the description of the API. */

export const bootstrapExample = {
  agent_id: 'research-01',
  display_name: 'Research Agent',
  budget_daily_usd: 10.0,
  department: 'Engineering',
};

export const runExample = {
  message: 'Research the latest AI safety papers and write a summary',
  max_turns: 10,
  budget_cap_usd: 2.0,
};

export const messageExample = { type: 'user.message', text: 'Also check for papers on alignment' };

export const interruptExample = { type: 'user.interrupt' };

const sessionId = 'sess_01m831yk5v97jqt9z7r7czx0qb';
const toolUseId = 'call_01m831yk6m4e0q6h1q2n3x5v7z';
const usage = { inputTokens: 3474, outputTokens: 146, cacheReadTokens: 0 };

function selected(model: string, provider: string, turnIndex: number): object {
  const candidate = { model, draw: 0.81, posteriorMean: 0.78, expectedCostUsd: 0.0021, eligible: true };
  return {
    model,
    provider,
    strategy: 'thompson',
    turnIndex,
    reason: 'sampled',
    candidates: [candidate],
    propensity: 1,
  };
}

/** The stream of the product page, each event with all its fields. */
export const streamExampleEvents: readonly { readonly type: string; readonly data: object }[] = [
  {
    type: 'session.status_running',
    data: { sessionId, agentId: 'research-01', maxTurns: 10, budgetCapUsd: 2.0 },
  },
  { type: 'br.model_selected', data: selected('claude-sonnet-4', 'anthropic', 0) },
  {
    type: 'agent.tool_use',
    data: {
      toolName: 'web_search',
      args: { query: 'AI safety papers 2026' },
      toolUseId,
      server: 'web',
      turnIndex: 0,
      permission: 'allow',
    },
  },
  {
    type: 'agent.tool_result',
    data: {
      toolName: 'web_search',
      results: 12,
      latencyMs: 312,
      turnIndex: 0,
      toolUseId,
      isError: false,
      preview: '1. AI control: improving safety despite intentional subversion …',
      bytes: 5310,
    },
  },
  { type: 'br.model_selected', data: selected('gemini-2.5-flash', 'google', 1) },
  {
    type: 'agent.message',
    data: {
      text: 'Here are the key findings...',
      model: 'gemini-2.5-flash',
      turnIndex: 1,
      provider: 'google',
      usage,
      costUsd: 0.0014,
    },
  },
  {
    type: 'session.status_ended',
    data: { reason: 'completed', totalTurns: 3, totalCostUsd: 0.008, durationMs: 4521 },
  },
];

export const streamExample = streamExampleEvents
  .map(({ type, data }, index) => `id: ${index + 1}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`)
  .join('');

/** A service, and a key that it takes. */
export interface Service {
  readonly baseUrl: string;
  readonly apiKey: string;
}

/** The agent of the product page. */
export const AGENT_ID = 'research-01';

export const BOOTSTRAP = {
  agent_id: AGENT_ID,
  display_name: 'Research Agent',
  budget_daily_usd: 10,
  department: 'Engineering',
};

export const SESSION = {
  message: 'Research the latest AI safety papers and write a summary',
  max_turns: 10,
  budget_cap_usd: 2,
};

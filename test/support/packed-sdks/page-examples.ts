/** The examples of the product page ("Agent Runs, 3. SDK Examples"), to the letter. */
export const TYPESCRIPT_OF_PAGE = `import BrainstormRouter from "brainstormrouter";

const client = new BrainstormRouter({ apiKey: "brk_..." });

const result = await client.agentRuns.run("research-01", {
  message: "Research AI safety papers and summarize",
  max_turns: 10,
  budget_cap_usd: 2.0,
});
`;

export const PYTHON_OF_PAGE = `from brainstormrouter import BrainstormRouter

client = BrainstormRouter(api_key="brk_...")

result = client.agent_runs.run("research-01",
    message="Research AI safety papers and summarize",
    max_turns=10,
    budget_cap_usd=2.0,
)
`;

/** The TypeScript example in CommonJS, where `await` needs a function around it. */
export function inCommonJs(example: string): string {
  const [first = '', ...rest] = example.split('\n');
  return `${first}\n(async () => {${rest.join('\n')}})();\n`;
}

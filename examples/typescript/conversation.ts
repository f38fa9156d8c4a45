/** Talks with an agent: each message gets an answer, and the session remembers what was said before. */
import BrainstormRouter from 'brainstormrouter';

const client = new BrainstormRouter();
await client.agent.bootstrap({ agent_id: 'talking', display_name: 'Talking' });

// An `idle` session waits for the next message when it has answered.
const conversation = client.agentRuns.run('talking', {
  message: 'Remember that invoices are due in 30 days.',
  on_complete: 'idle',
  idle_timeout_s: 600,
});
console.log((await conversation).text);

const answer = await conversation.send('When are invoices due?');
console.log(answer.text);

// It waits for the next message, so its reason is no end yet.
console.log(`${answer.reason}, $${answer.totalCostUsd.toFixed(6)} so far`);
await conversation.interrupt();

/** Ways to read a table, or to join two, that begin by reading a whole table. */
const WAYS_OVER_WHOLE_TABLES = ['seqscan', 'bitmapscan', 'hashjoin', 'mergejoin'] as const;

/**
 * Settings of a connection whose statements look rows up by key. The plan of such a statement is as good for one key as for
 * another, so it is made once: reading one log takes 0.19 ms with a kept plan and 0.43 ms with a plan of its own. But a kept
 * plan stays when the tables grow, and while a table is small, Postgres prefers to read all of it. With a plan that was made
 * while the log was short, catching up with 50,000 events took 7 to 19 s. Without the ways over whole tables it takes 0.3 s.
 */
export const PLANS_BY_KEY = `-c plan_cache_mode=force_generic_plan ${WAYS_OVER_WHOLE_TABLES.map(
  (way) => `-c enable_${way}=off`,
).join(' ')}`;

const PLAN_FREELY = `SELECT set_config('plan_cache_mode', 'force_custom_plan', true), ${WAYS_OVER_WHOLE_TABLES.map(
  (way) => `set_config('enable_${way}', 'on', true)`,
).join(', ')}`;

/**
 * Lets Postgres plan every further statement of the transaction anew, for its parameters and with all ways to read. For lists
 * with filters and for sums over many rows. With 50,000 sessions of 20 agents and 200,000 model calls, listing an agent
 * without sessions takes 1.4 ms instead of 49, the usage by agent 25 ms instead of 163 for an hour and 289 ms instead of 673
 * for all time.
 */
export function planFreely(tx: { send(name: string, text: string): void }): void {
  tx.send('plan-freely', PLAN_FREELY);
}

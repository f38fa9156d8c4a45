import type { Command } from 'commander';
import type { SessionsCountQuery } from '../../sdk/typescript/src/index.ts';
import { countOption, givenOf, numberOption } from './option-values.ts';

/** The filters of sessions: the option, what it says, and how its value is read. */
const FILTERS = {
  status: ['--status <status>', 'running, idle or ended'],
  idle_cause: ['--idle-cause <cause>', 'awaiting_input, requires_action, budget or paused'],
  reason: ['--reason <reason>', 'why they ended'],
  error_code: ['--error-code <code>', 'the code of their error'],
  error_text: ['--error-text <text>', 'what the message of their error holds'],
  agent_id: ['--agent <id>', 'sessions of this agent'],
  department: ['--department <name>', 'sessions of the agents of this department'],
  provider: ['--provider <name>', 'sessions that used this provider'],
  model: ['--model <id>', 'sessions that used this model'],
  tool: ['--tool <name>', 'sessions that called this tool'],
  metadata_key: ['--metadata-key <key>', 'sessions whose metadata has this key'],
  metadata_value: ['--metadata-value <value>', 'with this value at that key'],
  created_after: ['--created-after <time>', 'RFC 3339'],
  created_before: ['--created-before <time>', 'RFC 3339'],
  ended_after: ['--ended-after <time>', 'RFC 3339'],
  ended_before: ['--ended-before <time>', 'RFC 3339'],
  last_event_after: ['--last-event-after <time>', 'RFC 3339'],
  last_event_before: ['--last-event-before <time>', 'RFC 3339'],
  min_cost_usd: ['--min-cost-usd <usd>', 'sessions that cost at least so much', numberOption],
  min_turns: ['--min-turns <n>', 'sessions with at least so many turns', countOption],
} as const satisfies Record<Exclude<keyof SessionsCountQuery, 'by'>, FilterOption>;

type FilterOption = readonly [flags: string, says: string, read?: (value: string) => number];
export type SessionFilter = Omit<SessionsCountQuery, 'by'>;

/** The values of the options of a command, by their names in camel case. */
export type FilterFlags = Readonly<Record<string, unknown>>;

export function withFilter(command: Command): Command {
  const options: readonly FilterOption[] = Object.values(FILTERS);
  for (const [flags, says, read] of options) {
    if (read === undefined) command.option(flags, says);
    else command.option(flags, says, read);
  }
  return command;
}

/** The filter that the options of a command name. */
export function filterOf(flags: FilterFlags): SessionFilter {
  const named = Object.entries(FILTERS).map(([field, [option]]) => [field, flags[camelCaseOf(option)]]);
  return givenOf(Object.fromEntries(named)) as SessionFilter; // The options read their values as the fields have them.
}

/** The name by which Commander keeps an option: `--idle-cause <cause>` is `idleCause`. */
function camelCaseOf(option: string): string {
  const name = option.replace(/^--/, '').replace(/ .*$/, '');
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

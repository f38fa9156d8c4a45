import type { SessionFacts } from './invariants.ts';
import { type WrittenLine, writtenLines } from './log-lines.ts';
import type { SharedStack } from './stack.ts';
import { until } from './until.ts';

/** A line is written right after the commit of what it is about. A client may see the commit before. */
const LINE_MS = 3_000;

/** Of one kind of line a process writes so many a minute and counts the others (processes/line-quota.ts). */
const LINES_OF_A_FLOOD = 1_000;

/** The failures and ends in the database that must be told, for each session. The text identifies one thing. */
const TOLD = `
  SELECT 'session_ended ' || s.id AS thing FROM session s
   WHERE s.id = ANY ($1) AND s.end_reason <> 'completed' AND s.retries = 0
  UNION ALL
  SELECT 'model_attempt_failed ' || a.session_id || ' ' || a.turn || ' ' || a.selection || ' ' || a.attempt FROM model_attempt a
   WHERE a.session_id = ANY ($1) AND a.dispatched_at IS NOT NULL AND a.failed_type <> 'model.no_usage'
  UNION ALL
  SELECT CASE t.state WHEN 'denied' THEN 'tool_call_refused ' ELSE 'tool_call_failed ' END || t.session_id || ' ' || t.id
    FROM tool_call t JOIN session o ON o.id = t.session_id AND t.turn >= o.first_turn WHERE t.session_id = ANY ($1) AND t.state IN ('denied', 'failed', 'unknown')`;

/**
 * Every failed attempt, tool call and session of a stack has exactly one line. If a process was killed, or there was a flood
 * of such lines, a line may be missing, but none is there twice.
 */
export async function lineViolations(stack: SharedStack, fresh: readonly SessionFacts[]): Promise<string[]> {
  const ids = fresh.filter(({ status }) => status === 'ended').map(({ id }) => id);
  const told = await stack.db.serviceTransaction((tx) => tx.query<{ thing: string }>('things-told', TOLD, [ids]));
  const countOf = (lines: readonly WrittenLine[]) => {
    const counts = new Map<string, number>();
    for (const line of lines) counts.set(thingOf(line), (counts.get(thingOf(line)) ?? 0) + 1);
    return counts;
  };
  const missing = () => {
    const lines = writtenLines(stack.home);
    const counts = countOf(lines);
    const flooded = eventsInFlood(lines);
    return told.map(({ thing }) => thing).filter((thing) => !counts.has(thing) && !flooded.has(eventOf(thing)));
  };
  if (stack.deaths.length === 0) {
    await until('every line to be written', () => missing().length === 0, LINE_MS).catch(() => undefined);
  }
  const counts = countOf(writtenLines(stack.home));
  const twice = told.filter(({ thing }) => (counts.get(thing) ?? 0) > 1).map(({ thing }) => thing);
  const unsaid = stack.deaths.length === 0 ? missing() : [];
  return [
    ...twice.map((thing) => `the log has more than one line of ${thing}`),
    ...unsaid.map((thing) => `the log has no line of ${thing}`),
  ];
}

function eventsInFlood(lines: readonly WrittenLine[]): ReadonlySet<string | undefined> {
  const written = new Map<string | undefined, number>();
  for (const { event } of lines) written.set(event, (written.get(event) ?? 0) + 1);
  return new Set([...written].filter(([, count]) => count >= LINES_OF_A_FLOOD).map(([event]) => event));
}

function eventOf(thing: string): string | undefined {
  return thing.split(' ')[0];
}

/** Identifies what a line is about, as TOLD does. */
function thingOf(line: WrittenLine): string {
  const { event, session_id: session } = line;
  switch (event) {
    case 'model_attempt_failed':
      return `${event} ${session} ${line.turn} ${line.stage === 'summarize' ? -1 : line.selection} ${line.attempt}`;
    case 'tool_call_failed':
    case 'tool_call_refused':
      return `${event} ${session} ${line.call_id}`;
    default:
      return `${event} ${session}`;
  }
}

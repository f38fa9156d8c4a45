import type { EventWatch, WatchedEvent } from './event-watch.ts';

/** What happened in a session, without ids, draws, times and costs, which differ from run to run. */
export function storyOf(watch: Pick<EventWatch, 'events'>): string[] {
  return watch.events.map(lineOf);
}

function lineOf({ type, data }: WatchedEvent): string {
  switch (type) {
    case 'session.status_ended':
      return `${type} ${data.reason} after ${data.totalTurns} turns`;
    case 'agent.message':
      return `${data.turnIndex} ${type} ${data.text}${data.partial === true ? ' (partial)' : ''}`;
    case 'agent.tool_use':
      return `${data.turnIndex} ${type} ${data.toolName} ${data.permission}`;
    case 'agent.tool_result':
      return `${data.turnIndex} ${type} ${data.toolName} ${data.isError === true ? 'error' : 'ok'}`;
    case 'br.model_selected':
      return `${data.turnIndex} ${type} ${data.model} ${data.reason}`;
    case 'br.guardrail_intervention':
      return `${data.turnIndex} ${type} ${data.guardrail} ${data.action}`;
    case 'br.budget_warning':
      return `${type} ${data.scope} ${data.threshold}`;
    case 'br.routing_savings':
      return `${data.turnIndex} ${type} ${data.model}`;
    default:
      return type;
  }
}

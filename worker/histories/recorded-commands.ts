import type { temporal } from '@temporalio/proto';
import type { AskedCommand } from './asked-command.ts';

export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

/** A command as a history holds it. */
export interface RecordedCommand extends Pick<AskedCommand, 'kind' | 'name'> {
  readonly eventId: number;
}

/**
 * The commands that a workflow task left in a history, in order. Patches and search attributes are left out: no interceptor
 * sees them asked for.
 * @param behindEvent the event with which the workflow task began
 */
export function commandsBehind(events: readonly HistoryEvent[], behindEvent: number): RecordedCommand[] {
  const commands: RecordedCommand[] = [];
  for (const event of events) {
    const eventId = Number(event.eventId ?? 0);
    if (eventId <= behindEvent) continue;
    // The next workflow task begins.
    if (event.workflowTaskScheduledEventAttributes != null || event.workflowTaskStartedEventAttributes != null) break;
    const command = commandOf(event);
    if (command !== undefined) commands.push({ ...command, eventId });
  }
  return commands;
}

function commandOf(event: HistoryEvent): Pick<RecordedCommand, 'kind' | 'name'> | undefined {
  const scheduled = event.activityTaskScheduledEventAttributes;
  if (scheduled != null) return { kind: 'activity', name: scheduled.activityType?.name ?? '' };
  if (event.timerStartedEventAttributes != null) return { kind: 'timer', name: '' };
  if (event.workflowExecutionContinuedAsNewEventAttributes != null) return { kind: 'continue as new', name: '' };
  const marker = event.markerRecordedEventAttributes;
  if (marker?.markerName !== 'core_local_activity') return undefined;
  return { kind: 'local activity', name: nameInMarker(marker.details?.data?.payloads?.[0]?.data) };
}

function nameInMarker(data: Uint8Array | null | undefined): string {
  const said: unknown = data == null ? undefined : JSON.parse(Buffer.from(data).toString('utf8'));
  return typeof said === 'object' && said !== null && 'activity_type' in said ? String(said.activity_type) : '';
}

/** The first place at which the code asked for another command than the history holds. Undefined: they agree as far as they go. */
export function firstDifference(
  recorded: readonly RecordedCommand[],
  asked: readonly AskedCommand[],
): { readonly recorded: RecordedCommand | undefined; readonly asked: AskedCommand | undefined } | undefined {
  for (let place = 0; place < Math.max(recorded.length, asked.length); place++) {
    const [there, here] = [recorded[place], asked[place]];
    if (there?.kind !== here?.kind || there?.name !== here?.name) return { recorded: there, asked: here };
  }
  return undefined;
}

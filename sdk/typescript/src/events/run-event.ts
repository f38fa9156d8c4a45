import type { EventDataByType } from '../types.ts';

export type RunEventType = keyof EventDataByType;

/** An event of one type. */
export interface RunEventOf<T extends RunEventType> {
  readonly type: T;
  readonly data: EventDataByType[T];
  /** The id of its frame. `attach(sessionId, { after: id })` goes on behind it. Empty where the frame had none. */
  readonly id: string;
}

/**
 * An event of a run, by its `type`. An event of a type that this version does not know is passed on as it is, so a `switch`
 * over the type needs a `default`.
 */
export type RunEvent = { [T in RunEventType]: RunEventOf<T> }[RunEventType];

/** What a stream may carry besides the ten types of events, when it is asked to. */
export type IncludedEvent = Extract<RunEventType, 'agent.message_delta' | 'session.compacted'>;

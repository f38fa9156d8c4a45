import type { StageAtDeath } from '../../db/queries/worker-death.ts';

/** The settings that the thread gets at its start. */
export interface WatchSettings {
  readonly databaseUrl: string;
  readonly hangMs: number;
  /** The process ends itself when it has more resident memory than this. */
  readonly mostBytes: number;
  /** Shared with the main thread: see BEATS and RUNNING. */
  readonly state: Int32Array;
}

/** The place in the shared state of a number that changes as long as the event loop of the main thread turns. */
export const BEATS = 0;
/** The place of the number of the suspected stage whose code is running. 0: none, or one that is no suspect. */
export const RUNNING = 1;

/** The messages that tell the thread of stages. Each stage has a number. */
export type WatchMessage =
  | { readonly kind: 'begun'; readonly id: number; readonly stage: Omit<StageAtDeath, 'proven'> }
  | { readonly kind: 'ended'; readonly id: number };

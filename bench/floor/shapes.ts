/** A turn of the floor: activities that do nothing, in the places of our stages. */
export type FloorStage = 'local' | 'regular';

export interface FloorRun {
  readonly stages: readonly FloorStage[];
  readonly turns: number;
  /** The time that each regular activity takes: a model's latency. */
  readonly regularMs: number;
}

/** refreshContext, selectModel, callModel, callBundledTool, debitBudget. */
export const BUNDLED_TURN: readonly FloorStage[] = ['local', 'local', 'regular', 'local', 'local'];
/** refreshContext, selectModel, callModel, callTool, debitBudget. */
export const EXTERNAL_TURN: readonly FloorStage[] = ['local', 'local', 'regular', 'regular', 'local'];
/** The least that Temporal takes to do a turn's work outside a workflow. */
export const SINGLE_ACTIVITY_TURN: readonly FloorStage[] = ['regular'];

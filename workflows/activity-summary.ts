import type { SelectedModel } from '../activities/stage-results.ts';

/**
 * The line that Temporal's own interface shows beside an activity. History keeps it, so it holds a turn, the name of a model and
 * amounts, and no text. Replay does not compare it.
 */
export function turnSummary(turn: number): string {
  return `turn ${turn}`;
}

/** The same for a model request. @param about undefined where the model is not known to the workflow */
export function modelSummary(turn: number, about: SelectedModel | undefined): string {
  if (about === undefined) return turnSummary(turn);
  const { model, mostUsd, paidUsd } = about;
  return `${turnSummary(turn)} · ${model} · at most $${mostUsd.toFixed(4)} · run so far $${paidUsd.toFixed(4)}`;
}

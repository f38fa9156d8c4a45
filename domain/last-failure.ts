import type { Arm } from './arms.ts';
import { isOutOf } from './model-outage.ts';
import type { FailedSelection, OpenCircuit } from './routing-records.ts';

/** A failure of a model as clients are shown it. */
export interface ShownFailure {
  readonly provider: string;
  readonly model: string;
  readonly status?: number | undefined;
  readonly message?: string | undefined;
}

/** The failed selection of a turn that came last. */
export function latest(failed: readonly FailedSelection[]): FailedSelection | undefined {
  return failed.toSorted((a, b) => b.selection - a.selection)[0];
}

/**
 * Why these arms cannot serve a turn: the last failure in it, else one that keeps an arm out of it from before.
 */
export function lastFailure(
  situation: { readonly failed: readonly FailedSelection[]; readonly circuits: readonly OpenCircuit[] },
  arms: readonly { readonly spec: Pick<Arm['spec'], 'provider' | 'model' | 'connection'> }[],
): ShownFailure | undefined {
  const last = latest(situation.failed);
  if (last !== undefined) return shown(last, last);
  const circuit = situation.circuits.find((open) => arms.some(({ spec }) => isOutOf(open, spec)));
  if (circuit === undefined) return undefined;
  const { provider, lastFailure } = circuit;
  return shown({ provider, model: lastFailure?.model ?? circuit.model }, lastFailure);
}

function shown(
  { provider, model }: { readonly provider: string; readonly model: string },
  failure:
    | { readonly status?: number | null | undefined; readonly message?: string | null | undefined }
    | null
    | undefined,
): ShownFailure {
  return { provider, model, status: failure?.status ?? undefined, message: failure?.message ?? undefined };
}

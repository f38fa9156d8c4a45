import type { ContextLimit } from '../../db/queries/context-limit.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import type { ArmModel, PromptedModel } from '../../domain/arms.ts';
import type { PromptFrame } from '../../domain/input-bound.ts';
import { transcriptBudget } from '../../domain/prompt-budget.ts';
import { type SizedWindow, type TurnSize, transcriptWindow } from '../../domain/transcript-window.ts';

/** For each model the prompt that it would be sent: each is given as much of the transcript as it can hold. */
export function promptsFor(
  models: readonly ArmModel[],
  turn: {
    readonly session: Pick<SessionRow, 'contextTokens' | 'maxOutputTokens'>;
    readonly frame: Pick<PromptFrame, 'frameTokens' | 'frameBytes'>;
    readonly sizes: readonly TurnSize[];
    readonly limits: readonly ContextLimit[];
  },
): PromptedModel[] {
  const { session, frame, sizes, limits } = turn;
  const windows = new Map<number, SizedWindow>();
  const windowOf = (budgetTokens: number): SizedWindow => {
    const known = windows.get(budgetTokens) ?? transcriptWindow(sizes, budgetTokens);
    windows.set(budgetTokens, known);
    return known;
  };
  return models.map((model) => {
    const learned = limits.find(({ provider, model: id }) => provider === model.provider && id === model.model);
    // A model that has refused a request as too long is taken to have the window that it named then.
    const spec = { ...model, contextWindow: Math.min(model.contextWindow, learned?.tokens ?? model.contextWindow) };
    const { contextTokens, maxOutputTokens } = session;
    const { frameTokens } = frame;
    const bounds = { contextTokens, maxOutputTokens, frameTokens };
    const sized = windowOf(transcriptBudget(spec, bounds));
    const prompt = {
      ...sized,
      tokens: frameTokens + sized.tokens,
      bytes: frame.frameBytes + sized.bytes + spec.extraBodyBytes,
    };
    return { spec, prompt };
  });
}

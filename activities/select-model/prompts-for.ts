import type { ContextLimit } from '../../db/queries/context-limit.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import type { ArmModel, PromptedModel } from '../../domain/arms.ts';
import type { PromptFrame } from '../../domain/input-bound.ts';
import { transcriptBudget } from '../../domain/prompt-budget.ts';
import { promptWindow, type SizedPrompt } from '../../domain/prompt-window.ts';
import type { TurnSize } from '../../domain/transcript-window.ts';

/**
 * For each model the prompt that it would be sent: each is given as much of the transcript as it can hold.
 * @param turn.mostTranscriptTokens undefined: no other limit
 */
export function promptsFor(
  models: readonly ArmModel[],
  turn: {
    readonly session: Pick<SessionRow, 'contextTokens' | 'maxOutputTokens'>;
    readonly frame: Pick<PromptFrame, 'frameTokens' | 'frameBytes'>;
    readonly sizes: readonly TurnSize[];
    readonly limits: readonly ContextLimit[];
    readonly mostTranscriptTokens?: number | undefined;
  },
): PromptedModel[] {
  const { session, frame, sizes, limits, mostTranscriptTokens = Infinity } = turn;
  const mediaOfSession = sizes.reduce((sum, { images }) => sum + imagesOf(images), 0);
  const windows = new Map<string, SizedPrompt>();
  const windowOf = (budgetTokens: number, { mediaInput }: ArmModel): SizedPrompt => {
    const key = JSON.stringify([budgetTokens, mediaOfSession === 0 ? null : mediaInput]);
    const known = windows.get(key) ?? promptWindow(sizes, budgetTokens, mediaInput);
    windows.set(key, known);
    return known;
  };
  return models.map((model) => {
    const learned = limits.find(({ provider, model: id }) => provider === model.provider && id === model.model);
    // A model that has refused a request as too long is taken to have the window that it named then.
    const spec = { ...model, contextWindow: Math.min(model.contextWindow, learned?.tokens ?? model.contextWindow) };
    const { contextTokens, maxOutputTokens } = session;
    const { frameTokens } = frame;
    const bounds = { contextTokens, maxOutputTokens, frameTokens };
    const sized = windowOf(Math.min(transcriptBudget(spec, bounds), mostTranscriptTokens), spec);
    const prompt = {
      ...sized,
      mediaOfSession,
      tokens: frameTokens + sized.tokens,
      bytes: frame.frameBytes + sized.bytes + spec.extraBodyBytes,
    };
    return { spec, prompt };
  });
}

function imagesOf(images: TurnSize['images']): number {
  return images === undefined ? 0 : images.messages.length + images.results.length;
}

/** The figures that decide how much a model can be given to read. */
export interface ReadingModel {
  readonly contextWindow: number;
  readonly maxOutputTokens: number;
  readonly capabilities: readonly string[];
}

export interface PromptBounds {
  /** `context_tokens` of the run. Null: none given. */
  readonly contextTokens: number | null;
  /** `max_output_tokens` of the run. Null: none given. */
  readonly maxOutputTokens: number | null;
  /** Tokens of the prompt beside the transcript: system, tools, volatile sources. */
  readonly frameTokens: number;
}

/**
 * The longest prompt where nobody asks for another. A model that caches prompts is paid a tenth for what it has read before,
 * one that does not is paid in full every turn.
 */
const CACHED_CONTEXT_TOKENS = 128_000;
const UNCACHED_CONTEXT_TOKENS = 64_000;

/** The share of a context window, in percent, that a prompt may fill. The rest is for models whose tokenizer makes more tokens of a text than ours. */
const READABLE_PERCENT = 90;
/** The room kept for an answer is at most so much of a context window: a quarter, or half where somebody asks for it. */
const ANSWER_SHARE = 0.25;
const ASKED_ANSWER_SHARE = 0.5;
/** The frame is rounded up, so that a fact more in memory does not move the window and cost the prompt cache. */
const FRAME_STEP_TOKENS = 512;
/** A transcript of less makes no sense, even if the frame alone exceeds what was asked for. */
const LEAST_TRANSCRIPT_TOKENS = 1_024;
const LEAST_ANSWER_TOKENS = 256;

/** How many tokens of transcript a prompt for this model may hold. It is the same from turn to turn unless a setting changes. */
export function transcriptBudget(model: ReadingModel, bounds: PromptBounds): number {
  const { contextWindow, maxOutputTokens, capabilities } = model;
  const share = bounds.maxOutputTokens === null ? ANSWER_SHARE : ASKED_ANSWER_SHARE;
  const answer = Math.min(
    maxOutputTokens,
    bounds.maxOutputTokens ?? maxOutputTokens,
    Math.floor(contextWindow * share),
  );
  const readable = Math.floor(((contextWindow - answer) * READABLE_PERCENT) / 100);
  const sensible = capabilities.includes('prompt-cache') ? CACHED_CONTEXT_TOKENS : UNCACHED_CONTEXT_TOKENS;
  const most = Math.min(readable, bounds.contextTokens ?? sensible);
  const frame = Math.ceil(bounds.frameTokens / FRAME_STEP_TOKENS) * FRAME_STEP_TOKENS;
  const least = Math.min(LEAST_TRANSCRIPT_TOKENS, contextWindow - bounds.frameTokens - LEAST_ANSWER_TOKENS);
  return Math.max(most - frame, least, 0);
}

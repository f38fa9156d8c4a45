/** Token counts of one model request, as the provider reported them. */
export interface ModelUsage {
  /** All input tokens, cached ones included. */
  readonly inputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  /** All output tokens, reasoning included. */
  readonly outputTokens: number;
  readonly reasoningTokens: number;
}

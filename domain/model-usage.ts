/** Token counts of one model request: as the provider reported them, or our own. */
export interface ModelUsage {
  /** All input tokens, cached ones included. */
  readonly inputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  /** All output tokens, reasoning included. */
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  /** The input tokens that are sounds. Absent: none, or nobody said. */
  readonly soundTokens?: number | undefined;
  /** True when the provider reported none and these are our own counts. */
  readonly estimated?: true;
}

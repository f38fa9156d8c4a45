/** How an answer ended, in our own words. `failed`: what there is of it is no answer. */
export type Ending = 'stop' | 'tool-calls' | 'length' | 'content-filter' | 'refusal' | 'failed';

const REASONS = {
  length:
    /^(length|max_tokens|max_length|max_output_tokens|model_length|max_new_tokens|token_limit|model_context_window_exceeded|context_length|context_length_exceeded|continuation|incomplete|truncated)$/,
  refusal: /^(refusal|refused)$/,
  'content-filter':
    /filter|safety|^(recitation|blocklist|prohibited_content|prompt_blocked|spii|language|model_armor|sensitive|guardrail|guardrail_intervened|image_prohibited_content|image_recitation)$/,
  failed:
    /error|malformed|abort|cancel|interrupt|^(other|image_other|unexpected_tool_call|too_many_tool_calls|missing_thought_signature|no_image|insufficient_system_resource|insufficient_system_resources|repetition|timeout|time_limit|unknown|failed|finish_reason_unspecified)$/,
};

/** The meaning of a provider's finish reason; a reason that nobody knows ended the answer all the same. */
export function endingOf(reason: string): Exclude<Ending, 'tool-calls'> {
  const name = reason
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
  if (REASONS.length.test(name)) return 'length';
  if (REASONS.refusal.test(name)) return 'refusal';
  if (REASONS['content-filter'].test(name)) return 'content-filter';
  return REASONS.failed.test(name) ? 'failed' : 'stop';
}

/** True for a reason that promises tool calls. */
export function promisesCalls(reason: string): boolean {
  return /^(tool_calls?|tool_use|function_calls?)$/.test(reason.trim().toLowerCase());
}

/** How an answer ended, in our own words. `failed`: what there is of it is no answer. */
export type Ending = 'stop' | 'tool-calls' | 'length' | 'content-filter' | 'refusal' | 'failed';

/**
 * Words in the names of finish reasons. Servers name them as they like, and calls of an answer that did not come to its end
 * must never be run, so a word is enough. From top to bottom, the first that fits decides.
 */
const REASONS: readonly (readonly [Exclude<Ending, 'stop' | 'tool-calls'>, RegExp])[] = [
  ['refusal', /^refus/],
  [
    'content-filter',
    /filter|safety|block|polic|moderat|guardrail|prohibit|violat|toxic|harm|^(recitation|spii|language|model_armor|sensitive|image_recitation)$/,
  ],
  [
    'failed',
    /error|malformed|abort|cancel|interrupt|disconnect|exception|fail|crash|kill|evict|preempt|shutdown|timeout|time_limit|deadline|internal|memory|insufficient|overload|rate_limit|unspecified|unexpected|too_many|^(other|image_other|missing_thought_signature|no_image|repetition|unknown|oom)$/,
  ],
  ['length', /length|limit|max|truncat|exceed|budget|continuation|incomplete|^tokens$/],
];

/** The meaning of a provider's finish reason; a reason that nobody knows ended the answer all the same. */
export function endingOf(reason: string): Exclude<Ending, 'tool-calls'> {
  const name = reason
    .trim()
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
  return REASONS.find(([, words]) => words.test(name))?.[0] ?? 'stop';
}

/** True for a reason that promises tool calls. */
export function promisesCalls(reason: string): boolean {
  return /^(tool_calls?|tool_use|function_calls?)$/.test(reason.trim().toLowerCase());
}

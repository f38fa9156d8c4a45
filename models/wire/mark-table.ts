/** What a local model may write between its words, because its server did not take it out. */
export type TextMark =
  /** A thought, up to the mark `end`. It counts at the beginning of an answer or of a line only. */
  | { readonly begin: string; readonly is: 'thought'; readonly end: string }
  /** The end of a thought whose beginning stood in the prompt. */
  | { readonly begin: string; readonly is: 'end-of-thought' }
  /** A tool call. All that follows it is held back until the end. */
  | { readonly begin: string; readonly is: 'call' }
  /** A mark that says nothing. */
  | { readonly begin: string; readonly is: 'noise' };

const THOUGHTS: readonly (readonly [begin: string, end: string])[] = [
  ['<think>', '</think>'],
  ['<thinking>', '</thinking>'],
  ['<thought>', '</thought>'],
  ['<reasoning>', '</reasoning>'],
  ['<seed:think>', '</seed:think>'],
  ['[THINK]', '[/THINK]'],
  ['◁think▷', '◁/think▷'],
  ['<|channel|>analysis<|message|>', '<|end|>'],
];

const CALLS = [
  '<tool_call>',
  '<|tool_call|>',
  '<function=',
  '<function_call>',
  '<function_calls>',
  '<invoke name=',
  '<minimax:tool_call>',
  '<tools>',
  'functools[',
  '[TOOL_CALLS]',
  '<|python_tag|>',
  '<｜tool▁calls▁begin｜>',
  '<|tool_calls_section_begin|>',
  '<|tool_call_begin|>',
  '<|channel|>commentary to=',
];

const NOISE = ['<|start|>assistant', '<|channel|>final<|message|>', '<|channel|>commentary<|message|>', '<|return|>'];

const WITHOUT_CALLS: readonly TextMark[] = [
  ...THOUGHTS.map(([begin, end]) => ({ begin, is: 'thought', end }) as const),
  { begin: '</think>', is: 'end-of-thought' },
  ...NOISE.map((begin) => ({ begin, is: 'noise' }) as const),
];
const WITH_CALLS: readonly TextMark[] = [...WITHOUT_CALLS, ...CALLS.map((begin) => ({ begin, is: 'call' }) as const)];

/** @param withCalls true when tools are offered: without tools, calls are text */
export function marksOfText(withCalls: boolean): readonly TextMark[] {
  return withCalls ? WITH_CALLS : WITHOUT_CALLS;
}

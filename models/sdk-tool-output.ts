import type { LanguageModelV3ToolResultPart } from '@ai-sdk/provider';
import { mediaKindOf, mediaStandIn } from '../domain/media/media-ref.ts';
import type { Dialect } from './dialect.ts';
import type { TranscriptMessage } from './model-call.ts';

type ToolTurn = Extract<TranscriptMessage, { role: 'tool' }>;
type ToolOutput = LanguageModelV3ToolResultPart['output'];

/** Some servers refuse empty results, and a model takes them for a fault. */
const NO_OUTPUT = '[The tool succeeded and has no output.]';
const NO_ERROR_TEXT = '[The tool failed and gave no reason.]';
const ERROR_MARK = '[The tool failed.]';

/**
 * A result in the form of the provider libraries: one text, and what is shown behind it. Their protocols pair results and
 * calls by texts, so there is never a second one. What goes into a message behind the results is no part of it.
 */
export function toolOutputOf(
  { output, isError, images = [] }: Pick<ToolTurn, 'output' | 'isError' | 'images'>,
  { errorFlag, toolMedia }: Pick<Dialect, 'errorFlag' | 'toolMedia'>,
): ToolOutput {
  const shown = images.flatMap((each) => {
    const { data, mediaType } = each;
    const kind = mediaKindOf(each);
    if (data === undefined || toolMedia[kind] !== 'result') return [];
    return [{ type: kind === 'image' ? ('image-data' as const) : ('file-data' as const), data, mediaType }];
  });
  const standIns = images.flatMap((image, index) => (image.data === undefined ? [mediaStandIn(image, index + 1)] : []));
  const text = [output, ...standIns].filter((each) => each.trim() !== '').join('\n');
  if (shown.length === 0) return textOutput(text, isError, errorFlag);
  // Such a result has no flag for a failure.
  const { value } = textOutput(text, isError, false);
  return {
    type: 'content',
    value: [{ type: 'text', text: value }, ...shown],
  };
}

function textOutput(
  text: string,
  isError: boolean,
  errorFlag: boolean,
): { type: 'text' | 'error-text'; value: string } {
  if (!isError) return { type: 'text', value: text === '' ? NO_OUTPUT : text };
  if (text === '') return { type: 'error-text', value: NO_ERROR_TEXT };
  return { type: 'error-text', value: errorFlag ? text : `${ERROR_MARK} ${text}` };
}

/** The result with a text behind its own. */
export function withTextBehind(output: ToolOutput, text: string): ToolOutput {
  switch (output.type) {
    case 'text':
    case 'error-text':
      return { ...output, value: `${output.value}\n\n${text}` };
    case 'content':
      return {
        ...output,
        value: output.value.map((each) => (each.type === 'text' ? { ...each, text: `${each.text}\n\n${text}` } : each)),
      };
    case 'json':
    case 'error-json':
    case 'execution-denied':
      return output;
  }
}

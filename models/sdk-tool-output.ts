import type { LanguageModelV3ToolResultPart } from '@ai-sdk/provider';
import { imageStandIn } from '../domain/images/image-ref.ts';
import type { Dialect } from './dialect.ts';
import type { TranscriptMessage } from './model-call.ts';

type ToolTurn = Extract<TranscriptMessage, { role: 'tool' }>;
type ToolOutput = LanguageModelV3ToolResultPart['output'];

/** Some servers refuse empty results, and a model takes them for a fault. */
const NO_OUTPUT = '[The tool succeeded and has no output.]';
const NO_ERROR_TEXT = '[The tool failed and gave no reason.]';
const ERROR_MARK = '[The tool failed.]';

/**
 * A result in the form of the provider libraries: one text, and the images that are shown behind it. Their protocols pair
 * results and calls by texts, so there is never a second one.
 */
export function toolOutputOf(
  { output, isError, images = [] }: Pick<ToolTurn, 'output' | 'isError' | 'images'>,
  { errorFlag }: Pick<Dialect, 'errorFlag'>,
): ToolOutput {
  const shown = images.flatMap(({ data, mediaType }) => (data === undefined ? [] : [{ data, mediaType }]));
  const standIns = images.flatMap((image, index) => (image.data === undefined ? [imageStandIn(image, index + 1)] : []));
  const text = [output, ...standIns].filter((each) => each.trim() !== '').join('\n');
  if (shown.length === 0) return textOutput(text, isError, errorFlag);
  // Such a result has no flag for a failure.
  const { value } = textOutput(text, isError, false);
  return {
    type: 'content',
    value: [{ type: 'text', text: value }, ...shown.map((image) => ({ type: 'image-data' as const, ...image }))],
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

import { anthropicMessages } from './anthropic-messages.ts';
import { googleGenerate } from './google-generate.ts';
import { openAiCalls } from './openai-calls.ts';
import { openAiDocuments } from './openai-documents.ts';
import { openAiEndings } from './openai-endings.ts';
import { openAiForeign } from './openai-foreign.ts';
import { openAiMarks } from './openai-marks.ts';
import { openAiTemplateMarks } from './openai-template-marks.ts';
import { openAiUsage } from './openai-usage.ts';
import type { WireShape } from './wire-shape.ts';

/** Every way of answering that is known from real servers, or was made after their kind. */
export const wireShapes: readonly WireShape[] = [
  ...openAiEndings,
  ...openAiCalls,
  ...openAiDocuments,
  ...openAiForeign,
  ...openAiUsage,
  ...openAiMarks,
  ...openAiTemplateMarks,
  ...anthropicMessages,
  ...googleGenerate,
];

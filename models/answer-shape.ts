import { z } from 'zod';

const metadata = z.record(z.string(), z.record(z.string(), z.json())).optional();

/**
 * The parts of an answer in their order, with what only its own model may read again: its reasoning and the signatures
 * on the parts. Of a text only the length is kept, because the transcript owns the text (a guardrail may have changed
 * it). The shape is stored as the opaque `content` of an answer's reasoning.
 */
export const answerShape = z.object({
  parts: z.array(
    z.discriminatedUnion('type', [
      z.object({
        type: z.literal('reasoning'),
        text: z.string(),
        metadata,
        /** It was written between marks in the text, and is not sent back. */
        inText: z.boolean().optional(),
      }),
      z.object({ type: z.literal('text'), length: z.number().int().nonnegative(), metadata }),
      z.object({ type: z.literal('tool-call'), metadata }),
    ]),
  ),
  /** Fields of the assistant message on the wire, which its model must get back unchanged. */
  message: z.record(z.string(), z.json()).optional(),
});

export type AnswerShape = z.infer<typeof answerShape>;
export type AnswerPart = AnswerShape['parts'][number];

/** True when a plain transcript says everything that the shape says. */
export function isPlain(shape: AnswerShape): boolean {
  return (
    shape.message === undefined && shape.parts.every((part) => part.type !== 'reasoning' && part.metadata === undefined)
  );
}

/** The reasoning of an answer as text, without its signatures. Empty when the content is no shape. */
export function reasoningText(content: unknown): string {
  const shape = answerShape.safeParse(content);
  if (!shape.success) return '';
  return shape.data.parts.map((part) => (part.type === 'reasoning' ? part.text : '')).join('');
}

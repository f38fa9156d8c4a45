import { z } from 'zod';

const functionCall = z.strictObject({
  id: z.string().optional(),
  name: z.string(),
  args: z.record(z.string(), z.unknown()).nullish(),
});
const inlineData = z.strictObject({ mimeType: z.string(), data: z.string() });
const part = z.strictObject({
  text: z.string().optional(),
  thought: z.boolean().optional(),
  thoughtSignature: z.string().nullish(),
  functionCall: functionCall.optional(),
  functionResponse: z
    .strictObject({
      id: z.string().optional(),
      name: z.string(),
      response: z.record(z.string(), z.unknown()),
      parts: z.array(z.strictObject({ inlineData })).optional(),
    })
    .optional(),
  inlineData: inlineData.optional(),
  fileData: z.unknown().optional(),
});
const content = z.strictObject({
  role: z.enum(['user', 'model', 'function'], 'Please use a valid role: user, model.').default('user'),
  parts: z.array(part).min(1, 'contents.parts must not be empty.'),
});
const functionDeclaration = z.strictObject({
  name: z.string(),
  description: z.string().optional(),
  parameters: z.record(z.string(), z.unknown()).nullish(),
  parametersJsonSchema: z.record(z.string(), z.unknown()).nullish(),
});

/** The body of a generateContent request. As in the real protocol, a field that is not known is refused. */
export const googleBody = z.strictObject({
  contents: z.array(content).default([]),
  systemInstruction: z.strictObject({ role: z.string().optional(), parts: z.array(part) }).optional(),
  tools: z.array(z.strictObject({ functionDeclarations: z.array(functionDeclaration).optional() })).optional(),
  toolConfig: z
    .looseObject({ functionCallingConfig: z.looseObject({ mode: z.string().optional() }).optional() })
    .optional(),
  safetySettings: z.array(z.unknown()).optional(),
  cachedContent: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  serviceTier: z.string().optional(),
  generationConfig: z
    .looseObject({
      maxOutputTokens: z.int().min(1).optional(),
      thinkingConfig: z.looseObject({ includeThoughts: z.boolean().optional() }).optional(),
    })
    .optional(),
});

export type GoogleContent = z.infer<typeof content>;
export type GooglePart = z.infer<typeof part>;
export type GoogleCall = z.infer<typeof functionCall>;
export type GoogleDeclaration = z.infer<typeof functionDeclaration>;

import { z } from 'zod';
import {
  type ConversationItem,
  RefusedRequest,
  resultItems,
  type SimulatedRequest,
  userItems,
} from '../conversation.ts';
import { isOwnSignature } from '../reasoning-signature.ts';
import { countTokens } from '../reply.ts';
import type { WireRequest } from './protocol.ts';
import { parseBody, refuseBadToolNames, refuseOverLimit } from './refusals.ts';

const functionCall = z.object({
  id: z.string().optional(),
  name: z.string(),
  args: z.record(z.string(), z.unknown()).nullish(),
});
const part = z.object({
  text: z.string().optional(),
  thought: z.boolean().optional(),
  thoughtSignature: z.string().nullish(),
  functionCall: functionCall.optional(),
  functionResponse: z
    .object({ id: z.string().optional(), name: z.string(), response: z.record(z.string(), z.unknown()) })
    .optional(),
  inlineData: z.unknown().optional(),
  fileData: z.unknown().optional(),
});
const content = z.object({
  role: z.enum(['user', 'model', 'function'], 'Please use a valid role: user, model.').default('user'),
  parts: z.array(part).min(1, 'contents.parts must not be empty.'),
});
const bodySchema = z.object({
  contents: z.array(content).default([]),
  tools: z
    .array(
      z.object({
        functionDeclarations: z
          .array(
            z.object({
              name: z.string(),
              parameters: z.record(z.string(), z.unknown()).nullish(),
              parametersJsonSchema: z.record(z.string(), z.unknown()).nullish(),
            }),
          )
          .optional(),
      }),
    )
    .optional(),
  toolConfig: z.object({ functionCallingConfig: z.object({ mode: z.string().optional() }).optional() }).optional(),
  generationConfig: z
    .object({
      maxOutputTokens: z.int().min(1).optional(),
      thinkingConfig: z.object({ includeThoughts: z.boolean().optional() }).optional(),
    })
    .optional(),
});
type Content = z.infer<typeof content>;
type Part = z.infer<typeof part>;

// Google documents this value for parts whose signature is unknown, and @ai-sdk/google sends it.
const skipSignature = 'skip_thought_signature_validator';

/** Reads a generateContent request. @throws RefusedRequest */
export function readGoogleRequest(wire: WireRequest): SimulatedRequest {
  const body = parseBody(bodySchema, wire.body);
  const model = wire.pathModel ?? '';
  if (body.contents.length === 0) {
    throw new RefusedRequest('* GenerateContentRequest.contents: contents is not specified');
  }
  refuseEmptyParts(body.contents);
  refuseUnpaired(body.contents);
  refuseForeignSignatures(body.contents, model);
  const declarations = (body.tools ?? []).flatMap((tool) => tool.functionDeclarations ?? []);
  refuseBadToolNames(
    declarations.map((declaration) => declaration.name),
    /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/,
    (index) => `GenerateContentRequest.tools[0].function_declarations[${index}].name`,
  );
  const maxOutputTokens = body.generationConfig?.maxOutputTokens;
  refuseOverLimit(model, countTokens(wire.bodyBytes), maxOutputTokens);
  return {
    protocol: 'google-generate',
    model,
    stream: wire.pathStream ?? false,
    reportsUsage: true,
    maxOutputTokens,
    items: body.contents.flatMap(itemsOf),
    tools:
      body.toolConfig?.functionCallingConfig?.mode === 'NONE'
        ? []
        : declarations.map((each) => ({
            name: each.name,
            inputSchema: each.parametersJsonSchema ?? each.parameters ?? {},
          })),
    turn: body.contents.filter((each) => each.role === 'model').length,
    bodyBytes: wire.bodyBytes,
    cachesPrompt: false,
    wantsReasoning: body.generationConfig?.thinkingConfig?.includeThoughts === true,
  };
}

function refuseEmptyParts(contents: readonly Content[]): void {
  for (const [index, each] of contents.entries()) {
    for (const [place, one] of each.parts.entries()) {
      const { text, functionCall: call, functionResponse, inlineData, fileData } = one;
      if ([text, call, functionResponse, inlineData, fileData].every((data) => data === undefined)) {
        throw new RefusedRequest(
          `* GenerateContentRequest.contents[${index}].parts[${place}].data: required oneof field 'data' must have one initialized field`,
        );
      }
    }
  }
}

function refuseUnpaired(contents: readonly Content[]): void {
  let open: z.infer<typeof functionCall>[] = [];
  const mismatch = () =>
    new RefusedRequest(
      'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.',
    );
  for (const each of contents) {
    const responses = each.parts.flatMap((one) => one.functionResponse ?? []);
    if (responses.length > 0 && (each.role === 'model' || open.length === 0)) {
      throw new RefusedRequest(
        'Please ensure that function response turn comes immediately after a function call turn.',
      );
    }
    if (responses.length !== open.length) throw mismatch();
    for (const [index, response] of responses.entries()) {
      // Without ids, the protocol pairs responses and calls by their order.
      const call =
        response.id === undefined ? open[index] : open.find((one) => (one.id ?? response.id) === response.id);
      if (call?.name !== response.name) throw mismatch();
    }
    open = each.parts.flatMap((one) => one.functionCall ?? []);
    if (open.length > 0 && each.role !== 'model') {
      throw new RefusedRequest('Please ensure that function call parts are in a turn of role model.');
    }
  }
  if (open.length > 0) throw mismatch();
}

function refuseForeignSignatures(contents: readonly Content[], model: string): void {
  for (const one of contents.flatMap((each) => each.parts)) {
    if (one.thoughtSignature == null || one.thoughtSignature === skipSignature) continue;
    if (!isOwnSignature(one.thoughtSignature, model, signedContent(one))) {
      throw new RefusedRequest('Thought signature is not valid.');
    }
  }
}

/** The text that a part's signature covers. Of a call it is the name only: its arguments may come back in another order. */
export function signedContent(one: Pick<Part, 'text' | 'functionCall'>): string {
  return one.functionCall === undefined ? `text:${one.text ?? ''}` : `call:${one.functionCall.name}`;
}

function itemsOf(each: Content, contentIndex: number): ConversationItem[] {
  if (each.role === 'model') {
    const text = each.parts.map((one) => (one.thought === true ? '' : (one.text ?? ''))).join('');
    const calls = each.parts
      .flatMap((one) => one.functionCall ?? [])
      .map((call, index) => ({
        id: call.id ?? positionalId(contentIndex, index),
        name: call.name,
        args: call.args ?? {},
      }));
    return [{ kind: 'assistant', text, calls }];
  }
  let responses = 0;
  return each.parts.flatMap((one): ConversationItem[] => {
    if (one.functionResponse === undefined) return one.text === undefined ? [] : userItems(one.text);
    const { id, response } = one.functionResponse;
    const callId = id ?? positionalId(contentIndex - 1, responses);
    responses += 1;
    const told = response.content ?? response.output ?? response.result ?? response;
    const output = typeof told === 'string' ? told : JSON.stringify(told);
    return resultItems({ callId, output, isError: response.error !== undefined });
  });
}

function positionalId(contentIndex: number, callIndex: number): string {
  return `${contentIndex}.${callIndex}`;
}

import { type ConversationItem, resultItems, type SimulatedRequest, userItems } from '../conversation.ts';
import { type GoogleContent, googleBody } from './google-body.ts';
import { checkGoogle } from './google-rules.ts';
import { checkGoogleSchemas } from './google-schema.ts';
import type { WireRequest } from './protocol.ts';
import { parseBody, refuseBadToolNames, refuseOverLimit, refuseSameRoles } from './refusals.ts';

/** Reads a generateContent request. @throws RefusedRequest */
export function readGoogleRequest(wire: WireRequest): SimulatedRequest {
  const body = parseBody(googleBody, wire.body);
  const model = wire.pathModel ?? '';
  checkGoogle(body.contents, model);
  if (wire.template === 'strict') refuseSameRoles(body.contents.map(({ role }) => role));
  const declarations = (body.tools ?? []).flatMap((tool) => tool.functionDeclarations ?? []);
  refuseBadToolNames(
    declarations.map((declaration) => declaration.name),
    /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/,
    (index) => `GenerateContentRequest.tools[0].function_declarations[${index}].name`,
  );
  const maxOutputTokens = body.generationConfig?.maxOutputTokens;
  checkGoogleSchemas(declarations);
  refuseOverLimit(
    wire,
    { model, maxOutputTokens, answerCounts: false },
    (limit, input) => `The input token count (${input}) exceeds the maximum number of tokens allowed (${limit}).`,
  );
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

function itemsOf(each: GoogleContent, contentIndex: number): ConversationItem[] {
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

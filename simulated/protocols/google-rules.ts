import { RefusedRequest } from '../conversation.ts';
import { isOwnSignature } from '../reasoning-signature.ts';
import type { GoogleCall, GoogleContent, GooglePart } from './google-body.ts';

// Google documents this value for parts whose signature is unknown, and @ai-sdk/google sends it.
const SKIP_SIGNATURE = 'skip_thought_signature_validator';

/** What the real provider refuses in contents that have the right form. @throws RefusedRequest */
export function checkGoogle(contents: readonly GoogleContent[], model: string): void {
  if (contents.length === 0) {
    throw new RefusedRequest('* GenerateContentRequest.contents: contents is not specified');
  }
  refuseEmptyParts(contents);
  refuseUnpaired(contents);
  refuseCallsOutOfTurn(contents);
  refuseForeignSignatures(contents, model);
  if (contents.at(-1)?.role === 'model') {
    throw new RefusedRequest('Please ensure that multiturn requests end with a user role or a function response.');
  }
}

function refuseEmptyParts(contents: readonly GoogleContent[]): void {
  for (const [index, each] of contents.entries()) {
    for (const [place, one] of each.parts.entries()) {
      const { text, functionCall, functionResponse, inlineData, fileData, thoughtSignature } = one;
      const hasText = text !== undefined && (text !== '' || thoughtSignature != null);
      if (!hasText && [functionCall, functionResponse, inlineData, fileData].every((data) => data === undefined)) {
        throw new RefusedRequest(
          `* GenerateContentRequest.contents[${index}].parts[${place}].data: required oneof field 'data' must have one initialized field`,
        );
      }
    }
  }
}

function refuseUnpaired(contents: readonly GoogleContent[]): void {
  let open: GoogleCall[] = [];
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
    const answered = new Set<GoogleCall>();
    for (const [index, response] of responses.entries()) {
      // Without ids, the protocol pairs responses and calls by their order.
      const call =
        response.id === undefined ? open[index] : open.find((one) => (one.id ?? response.id) === response.id);
      if (call?.name !== response.name || (call.id !== undefined && answered.has(call))) throw mismatch();
      answered.add(call);
    }
    open = each.parts.flatMap((one) => one.functionCall ?? []);
    if (open.length > 0 && each.role !== 'model') {
      throw new RefusedRequest('Please ensure that function call parts are in a turn of role model.');
    }
  }
  if (open.length > 0) throw mismatch();
}

function refuseCallsOutOfTurn(contents: readonly GoogleContent[]): void {
  for (const [index, { parts }] of contents.entries()) {
    const before = contents[index - 1]?.role ?? 'model';
    if (before === 'model' && parts.some(({ functionCall }) => functionCall !== undefined)) {
      throw new RefusedRequest(
        'Please ensure that function call turn comes immediately after a user turn or after a function response turn.',
      );
    }
  }
}

function refuseForeignSignatures(contents: readonly GoogleContent[], model: string): void {
  for (const one of contents.flatMap((each) => each.parts)) {
    if (one.thoughtSignature == null || one.thoughtSignature === SKIP_SIGNATURE) continue;
    if (!isOwnSignature(one.thoughtSignature, model, signedContent(one))) {
      throw new RefusedRequest('Thought signature is not valid.');
    }
  }
}

/**
 * What the signature of a part covers: of a call its name, because its arguments may come back in another order, and of a
 * text nothing, because it came in pieces.
 */
export function signedContent({ functionCall }: Pick<GooglePart, 'text' | 'functionCall'>): string {
  return functionCall === undefined ? 'text' : `call:${functionCall.name}`;
}

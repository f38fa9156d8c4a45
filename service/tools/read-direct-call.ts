import type { DirectCallResource } from '../../contract/direct-calls.ts';
import { directCallById, wholeOfDirectCall } from '../../db/queries/direct-tool-call.ts';
import { requireScope } from '../verb/context.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';
import { directCallResource } from './direct-call-resource.ts';

interface CallRef {
  readonly callId: string;
}

/** Reads a direct call. @throws ServiceError tool_call_not_found */
export const getDirectCall: Verb<CallRef, DirectCallResource> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const call = await ctx.db.transaction(ctx.tenantId, (tx) => directCallById(tx, input.callId));
  if (call === undefined) throw noCall(input);
  return directCallResource(call);
};

/** Reads the whole text of the result of a direct call. @throws ServiceError tool_call_not_found */
export const readDirectResult: Verb<CallRef, string> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const whole = await ctx.db.transaction(ctx.tenantId, (tx) => wholeOfDirectCall(tx, input.callId));
  if (whole === undefined) throw noCall(input);
  return whole;
};

function noCall({ callId }: CallRef): ServiceError {
  return new ServiceError('tool_call_not_found', `No direct call "${callId}" with a result.`);
}

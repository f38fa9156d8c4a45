import type { Cause } from '../../../contract/why.ts';
import type { Facts } from './facts.ts';

/** The failures of the last turn, the latest first: models that failed in it, then tools. */
export function failuresOfTurn({ standing: { lastTurn } }: Facts): Cause[] {
  if (lastTurn === null) return [];
  const models = lastTurn.selections.toReversed().flatMap((selection): Cause[] =>
    selection.failedType === null
      ? []
      : [
          {
            of: 'model',
            code: selection.failedType,
            message: selection.failedMessage,
            provider: selection.provider,
            model: selection.model,
            status: selection.failedStatus ?? undefined,
            turn_index: lastTurn.turn,
          },
        ],
  );
  const tools = lastTurn.calls.toReversed().flatMap((call): Cause[] =>
    call.state === 'failed' || call.state === 'unknown' || call.state === 'not_made'
      ? [
          {
            of: 'tool',
            code: call.reasonCode ?? `tool.${call.state}`,
            message: call.message,
            tool_name: call.toolName,
            tool_use_id: call.id,
            turn_index: lastTurn.turn,
          },
        ]
      : [],
  );
  return [...models, ...tools];
}

/** What put models out, those that come back first first. */
export function causesOfOutages({ outages }: Facts): Cause[] {
  return outages.map(({ provider, model, type, message }) => ({
    of: 'model',
    code: type,
    message,
    provider,
    model: model === '' ? undefined : model,
  }));
}

import type { Tx } from '../../db/database.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import { type RecordedCall, recordedCall, sameCallsBefore } from '../../db/queries/session-recording.ts';
import type { NewToolCall } from '../../db/queries/tool-call.ts';
import { canonicalJson } from '../../domain/canonical-json.ts';
import type { SessionReplay } from '../../domain/session-replay.ts';

/** A call of a replay, with the server as clients are told it, where that was recorded. */
export interface ReplayedCall {
  readonly call: NewToolCall;
  readonly server?: string | undefined;
}

/**
 * Gives calls that were recorded the tool and the verdict of the recording, so that a call of a tool that is not connected here
 * gets its result, too. Nobody is asked about a call that is not going to be made.
 */
export async function withRecordings(
  tx: Tx,
  session: SessionRow,
  calls: readonly NewToolCall[],
): Promise<readonly ReplayedCall[]> {
  const { replay } = session;
  if (replay === null || replay.tools === 'live') return calls.map((call) => ({ call }));
  const seen = new Map<string, number>();
  const replayed: ReplayedCall[] = [];
  for (const call of calls) {
    const key = canonicalJson([call.toolName, call.args]);
    const inAnswer = seen.get(key) ?? 0;
    seen.set(key, inAnswer + 1);
    // The policy that is tried has the last word on what is not made. It says why, as it would in any session.
    if (replay.policy !== undefined && call.verdict === 'deny') {
      replayed.push({ call });
      continue;
    }
    const before = await sameCallsBefore(tx, session.id, call, { turn: call.turn, callIndex: 0 });
    const recorded = await recordedCall(tx, replay.of, call, before + inAnswer);
    if (recorded !== undefined && !isOpened(replay, call, recorded)) replayed.push(asRecorded(call, recorded));
    else if (replay.tools === 'recorded_or_read' && call.effect === 'read') replayed.push({ call });
    else replayed.push({ call: unasked(call) });
  }
  return replayed;
}

/** A call as it was recorded. An answer of a person was recorded with its result, so nobody is asked again. */
export function asRecorded(call: Pick<NewToolCall, 'id' | 'turn' | 'callIndex'>, recorded: RecordedCall): ReplayedCall {
  const { toolName, serverId, serverTool, effect, idempotent, bundled, args, reasonCode, server } = recorded;
  const denied = recorded.verdict === 'deny';
  return {
    server: server ?? undefined,
    call: {
      id: call.id,
      turn: call.turn,
      callIndex: call.callIndex,
      toolName,
      serverId,
      serverTool,
      effect,
      idempotent,
      bundled,
      args,
      verdict: denied ? 'deny' : 'allow',
      reasonCode: denied ? reasonCode : null,
      rule: 'replay',
      refusal: denied ? { output: recorded.output, tokens: recorded.tokens, cuts: recorded.cuts } : undefined,
    },
  };
}

/** True for a call that was refused when it was recorded and that the policy which is tried allows: nothing says how it came out. */
export function isOpened(
  { policy }: SessionReplay,
  { verdict }: { readonly verdict: 'allow' | 'ask' | 'deny' },
  recorded: RecordedCall,
): boolean {
  return policy !== undefined && verdict !== 'deny' && recorded.verdict === 'deny';
}

function unasked(call: NewToolCall): NewToolCall {
  return call.verdict === 'ask' ? { ...call, verdict: 'allow', asked: undefined } : call;
}

import type { TurnDifference } from '../contract/session-diff.ts';

/** The parts of a turn that are compared. Arguments and results are compared by their hashes. */
export interface ComparableTurn {
  readonly messages: readonly string[];
  readonly provider: string | null;
  readonly model: string | null;
  readonly text: string | null;
  readonly calls: readonly {
    readonly toolName: string;
    readonly argsHash: string;
    readonly state: string;
    readonly isError: boolean | null;
    readonly outputHash: string | null;
  }[];
  readonly costNano: bigint;
  readonly end: { readonly kind: string; readonly reason?: string | undefined } | null;
}

/** Names what differs between two turns, in the order of the list in the contract. Undefined: a session lacks the turn. */
export function turnDifferences(left: ComparableTurn | undefined, right: ComparableTurn | undefined): TurnDifference[] {
  if (left === undefined || right === undefined) return left === right ? [] : ['turn'];
  const sameTools = isSame(toolsOf(left), toolsOf(right));
  const compared: readonly (readonly [TurnDifference, boolean])[] = [
    ['messages', isSame(left.messages, right.messages)],
    ['model', left.model === right.model && left.provider === right.provider],
    ['text', left.text === right.text],
    ['calls', sameTools],
    // Where other tools were called, there are no arguments to compare.
    ['arguments', !sameTools || left.calls.every((call, at) => call.argsHash === right.calls[at]?.argsHash)],
    ['results', !sameTools || left.calls.every((call, at) => isSameResult(call, right.calls[at]))],
    ['cost', left.costNano === right.costNano],
    ['end', left.end?.kind === right.end?.kind && left.end?.reason === right.end?.reason],
  ];
  return compared.flatMap(([difference, same]) => (same ? [] : [difference]));
}

function toolsOf({ calls }: ComparableTurn): string[] {
  return calls.map(({ toolName }) => toolName);
}

type Call = ComparableTurn['calls'][number];

function isSameResult(left: Call, right: Call | undefined): boolean {
  return left.state === right?.state && left.isError === right.isError && left.outputHash === right.outputHash;
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((each, at) => each === right[at]);
}

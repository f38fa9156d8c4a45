/** The bundled tool with which an agent reads what its prompt has no room for. */
export const SESSION_READ = 'session_read';

/** Arguments of that tool. Exactly one of `turn`, `from_turn` with `to_turn`, `call_id` and `artifact_id` says what is read. */
export interface ReadBackArgs {
  readonly turn?: number | undefined;
  readonly from_turn?: number | undefined;
  readonly to_turn?: number | undefined;
  readonly call_id?: string | undefined;
  readonly artifact_id?: string | undefined;
  /** The UTF-8 byte at which reading begins; with `search`, the number of matches to pass over. */
  readonly offset?: number | undefined;
  readonly search?: string | undefined;
}

/** A call of the tool as notes in a prompt name it. A model can repeat it as it stands. */
export function readBackCall(args: ReadBackArgs): string {
  return `${SESSION_READ} ${JSON.stringify(args)}`;
}

/** Somebody who follows the log of a session. */
export interface LogReader {
  /** False while delivered frames still wait in this process. A slow reader holds up nobody but itself. */
  wantsMore(): boolean;
  /** Takes frames. Their events follow the delivered ones without a gap (I2). */
  deliver(frames: Uint8Array): void;
  heartbeat(): void;
  /** Called when the log is complete, when the key may no longer read, and when this process shuts down. */
  end(): void;
  /** Called when the reader was too slow for too long. The connection is cut, and the client may resume. */
  drop(): void;
}

export interface FollowedLog {
  readonly tenantId: string;
  /** The id of the API key that the log is read with. */
  readonly keyId: string;
  /** The time at which this key expires. Null: it does not. */
  readonly keyExpiresAt: Date | null;
  /** The request that the log is read with. */
  readonly requestId: string;
  readonly sessionId: string;
  readonly afterSeq: number;
  /**
   * The types that are delivered. Null: all. Events that are left out still move the reader on, and any stream ends with
   * the session.
   */
  readonly types: readonly string[] | null;
  /** How far the reader has the text of the answer under way. Null: it asks for no text deltas. */
  readonly deltas: { readonly attempt: number; readonly offset: number } | null;
  /** The number of the last summary that the reader has behind `afterSeq`. Null: it asks for no summaries. */
  readonly summaries: number | null;
}

export interface Following {
  /** Says that the reader has room again. */
  resume(): void;
  stop(): void;
}

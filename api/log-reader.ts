/** One who follows a session's log. */
export interface LogReader {
  /** False while what was delivered has not left this process: a slow reader holds up nobody but itself. */
  wantsMore(): boolean;
  /** Frames of events that follow, without a gap, those delivered before (I2). */
  deliver(frames: Uint8Array): void;
  heartbeat(): void;
  /** The log is complete, its key may read no more, or this process shuts down. */
  end(): void;
  /** Too slow for too long: the connection is cut, and the client may resume. */
  drop(): void;
}

export interface FollowedLog {
  readonly tenantId: string;
  /** The API key it is read with. */
  readonly keyId: string;
  readonly sessionId: string;
  readonly afterSeq: number;
  /** Null: all. What is left out still moves the reader on, and the end of the session ends any stream. */
  readonly types: readonly string[] | null;
  /** How far the reader is in the text of the answer under way. Null: it does not ask for text deltas. */
  readonly deltas: { readonly attempt: number; readonly offset: number } | null;
}

export interface Following {
  /** The reader has room again. */
  resume(): void;
  stop(): void;
}

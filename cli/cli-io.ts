import type { Readable, Writable } from 'node:stream';

/** What a command has of the process that it runs in. A test gives streams of its own. */
export interface CliIo {
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly stdin: Readable & { readonly isTTY?: boolean | undefined };
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
  /** Has `listener` called at the next Ctrl-C, once, instead of ending the process. @returns what takes that back */
  onInterrupt(listener: () => void): () => void;
}

export type TerminalStream = Writable & { readonly isTTY?: boolean | undefined; readonly columns?: number | undefined };

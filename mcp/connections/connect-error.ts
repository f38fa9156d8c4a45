/** Thrown when a server could not be started or reached, or did not finish the handshake. Nothing was dispatched. */
export class ConnectError extends Error {
  /** The way in which the server's process ended, if it did. */
  readonly ending: string | undefined;
  constructor(ending: string | undefined, cause: unknown) {
    super('The MCP server could not be connected to.', { cause });
    this.name = 'ConnectError';
    this.ending = ending;
  }
}

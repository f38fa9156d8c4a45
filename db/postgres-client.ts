import pg from 'pg';

/** How long Postgres may take to answer a goodbye. */
const GOODBYE_MS = 1_000;

/** The kernel probes a connection after this much silence, and gives a dead host up some 10 s later. */
const KEEP_ALIVE_AFTER_MS = 5_000;

/** Has Postgres give up a client that is gone within half a minute, and release the locks of that client. */
const SERVER_KEEP_ALIVE = '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3';

/**
 * A connection whose ends both notice when the other is gone. It also hangs up when its goodbye is not answered: otherwise
 * `end` would wait for as long as the kernel does, a quarter of an hour, for a Postgres that is gone without a word.
 */
export class PostgresClient extends pg.Client {
  constructor(config: pg.ClientConfig = {}) {
    super({
      ...config,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
      options: `${config.options ?? ''} ${SERVER_KEEP_ALIVE}`.trimStart(),
    });
  }

  override end(): Promise<void>;
  override end(callback: (error: Error) => void): void;
  override end(callback?: (error: Error) => void): Promise<void> | undefined {
    const hangUp = setTimeout(() => this.connection.stream.destroy(), GOODBYE_MS).unref();
    this.once('end', () => clearTimeout(hangUp));
    if (callback === undefined) return super.end();
    super.end(callback);
    return undefined;
  }
}

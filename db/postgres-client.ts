import pg from 'pg';

/** How long the other end may take to answer a goodbye. */
const GOODBYE_MS = 1_000;

/** Keep-alive probes of the kernel begin after this much silence; a dead host is given up some 10 s later. */
const KEEP_ALIVE_AFTER_MS = 5_000;

/** Postgres, too, gives up a client that is gone, and with it what it holds, within half a minute. */
const SERVER_KEEP_ALIVE = '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3';

/**
 * A connection whose ends notice when the other is gone, and that hangs up when its goodbye is not answered: the other end may
 * be gone without a word, and whoever waits for `end` would wait for as long as the kernel does, a quarter of an hour.
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

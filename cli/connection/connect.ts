import { BrainstormRouter } from '../../sdk/typescript/src/index.ts';
import type { CliIo } from '../cli-io.ts';
import { findService } from './find-service.ts';

export interface Connection {
  readonly client: BrainstormRouter;
  readonly baseUrl: string;
  readonly from: string;
}

/** A client of the service that is found. @param say is told which one it is, and when a stream breaks */
export function connect(io: Pick<CliIo, 'env'>, named: string | undefined, say: (line: string) => void): Connection {
  const { baseUrl, apiKey, from } = findService(io, named);
  say(`using ${from}: ${baseUrl}`);
  const client = new BrainstormRouter({ baseUrl, apiKey, logLevel: 'info', logger: loggerFor(say) });
  return { client, baseUrl, from };
}

/** Tells a person what the client logs. */
export function loggerFor(say: (line: string) => void) {
  const line = (message: string) => say(message.replace(/^brainstormrouter: /, ''));
  return {
    error: line,
    warn: line,
    debug: () => undefined,
    info(message: string, fields: { after?: unknown } = {}) {
      if (!message.includes('opening the stream again')) return line(message);
      say(`the connection broke${fields.after === undefined ? '' : ` after event ${fields.after}`}; resuming`);
    },
  };
}

import type { Duplex } from 'node:stream';
import { systemCodeOf } from '../processes/error-cause.ts';
import { newId } from '../processes/ids.ts';
import type { Report } from '../processes/log-line.ts';
import { ServiceError } from '../service/verb/service-error.ts';
import { errorEnvelope, errorHeaders } from './error-response.ts';
import { json } from './route.ts';

export interface MalformedRefusals {
  /** Answers a request that is valid HTTP, but whose host or path is no valid address, so that no route can be asked. */
  refuseUnreadable(): Response;
  /** Answers what is no valid HTTP, too large or too slow in the same form, written by hand, and closes the connection. */
  refuseConnection(error: Error & { code?: string }, socket: Duplex & { bytesWritten?: number }): void;
}

export function createMalformedRefusals(report: Report): MalformedRefusals {
  return {
    refuseUnreadable() {
      const { refusal, requestId } = refused(undefined);
      return json(errorEnvelope(refusal, requestId), refusal.status, {
        ...errorHeaders(refusal),
        'request-id': requestId,
      });
    },
    refuseConnection(error, socket) {
      // An answer may be half written, and nothing can follow it.
      if (error.code === 'ECONNRESET' || !socket.writable || (socket.bytesWritten ?? 0) > 0) {
        socket.destroy();
        return;
      }
      const { refusal, requestId } = refused(error.code);
      const body = JSON.stringify(errorEnvelope(refusal, requestId));
      const head = [
        `HTTP/1.1 ${refusal.status} Refused`,
        'content-type: application/json',
        `content-length: ${Buffer.byteLength(body)}`,
        `request-id: ${requestId}`,
        'connection: close',
      ];
      socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
    },
  };

  function refused(code: string | undefined): { refusal: ServiceError; requestId: string } {
    const refusal = refusalOf(code);
    const requestId = newId('req');
    report({
      event: 'request_refused',
      request_id: requestId,
      status: refusal.status,
      cause: refusal.code,
      code: systemCodeOf({ code }),
    });
    return { refusal, requestId };
  }
}

function refusalOf(code: string | undefined): ServiceError {
  if (code === 'HPE_HEADER_OVERFLOW') return new ServiceError('headers_too_large', 'The headers are too large.');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new ServiceError('request_timeout', 'The request came too slowly.');
  return new ServiceError('malformed_request', 'The request is not valid HTTP.');
}

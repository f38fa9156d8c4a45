import { systemCodeOf } from '../processes/error-cause.ts';
import type { RequestRefused } from '../processes/log-line.ts';
import { stackOfError } from '../processes/logged-error.ts';
import type { ApiContext } from './route.ts';

/** `GET /health/ready` refuses nobody. It says 503 of itself. */
const NOT_READY = 'not_ready';

/** The line for a request that was answered with 4xx or 5xx. It holds nothing that a client may word as it likes. */
export function requestRefusedLine(c: ApiContext, status: number, durationMs: number): RequestRefused {
  const caller = c.get('caller');
  const refusal = c.get('refusal');
  const failure = status >= 500 ? refusal?.cause : undefined;
  return {
    event: 'request_refused',
    tenant_id: caller?.tenantId,
    session_id: c.get('sessionId'),
    server: c.get('serverId'),
    request_id: c.get('requestId'),
    key_id: caller?.keyId,
    method: c.req.method,
    route: c.get('route'),
    status,
    cause: refusal?.code ?? NOT_READY,
    code: systemCodeOf(failure),
    duration_ms: Math.round(durationMs),
    err: failure === undefined ? undefined : stackOfError(failure),
  };
}

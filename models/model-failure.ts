import { APICallError } from '@ai-sdk/provider';
import { ConnectFailedError, EgressDeniedError } from '../processes/egress-guard.ts';
import { causesOf, codeOf } from '../processes/error-cause.ts';
import { neverConnected } from '../processes/network-problem.ts';
import { ModelCallError, type ModelFailureType } from './model-call.ts';
import type { RequestWire } from './request-wire.ts';
import { excerpt } from './wire/excerpt.ts';
import { DamagedAnswerError, NoAnswerError, ReportedError } from './wire/wire-reader.ts';

export interface FailureContext {
  readonly wire: RequestWire;
  /** Who stopped the request, if one of us did. */
  readonly stoppedBy?: 'caller' | 'timeout' | undefined;
  readonly timeoutMs: number;
  readonly partialText?: string | undefined;
  /** Never shown, whoever quotes it. */
  readonly apiKey: string;
}

interface Verdict {
  readonly type: ModelFailureType;
  readonly reason: string;
  readonly transient: boolean;
  readonly mayHaveCharged: boolean;
  /** True when nothing of the response is missing. */
  readonly cameWhole?: boolean;
}

/** Codes of bad certificates: they are checked before the request is written, and the next try would meet the same one. */
const CERTIFICATE = /CERT|^ERR_TLS_|^(UNABLE_TO_|HOSTNAME_MISMATCH)/;

/**
 * The only mapper from what a provider library or the network throws to a ModelCallError. An unknown error is taken for
 * the worst case (transient, may have charged). The message holds only a status, a code and a reason of ours, and there
 * is no `cause`: errors of libraries carry bodies of requests and responses, some with parts of the key (I10).
 */
export function modelCallError(error: unknown, context: FailureContext): ModelCallError {
  if (error instanceof ModelCallError) return error;
  const { wire } = context;
  const verdict = verdictOf(error, context);
  return new ModelCallError(verdict.type, verdict.reason, {
    transient: verdict.transient,
    mayHaveCharged: verdict.mayHaveCharged,
    retryAfterMs: wire.retryAfterMs,
    partialText: context.partialText || undefined,
    wireBytes: verdict.cameWhole ? { sent: wire.sentBytes, received: wire.receivedBytes } : undefined,
  });
}

function verdictOf(error: unknown, { wire, stoppedBy, timeoutMs, apiKey }: FailureContext): Verdict {
  const refused = wire.status !== undefined && wire.status >= 300;
  const mayHaveCharged = wire.sent && !refused;
  if (stoppedBy === 'caller') {
    return { type: 'model.aborted', reason: 'the request was aborted', transient: false, mayHaveCharged };
  }
  if (wire.status !== undefined && refused) return { ...ofStatus(wire.status, error), mayHaveCharged: false };
  if (stoppedBy === 'timeout') {
    return { type: 'model.timed_out', reason: `no answer within ${timeoutMs} ms`, transient: true, mayHaveCharged };
  }
  if (wire.status !== undefined && error instanceof NoAnswerError) {
    const reason = `${wire.status}: the response is no answer of a model: ${excerpt(error.message, apiKey)}`;
    return { type: 'model.rejected', reason, transient: false, mayHaveCharged: true, cameWhole: true };
  }
  if (wire.status !== undefined && error instanceof ReportedError && error.inPlaceOfAnswer) {
    return { ...ofReport(error, wire.status, apiKey), mayHaveCharged: false };
  }
  if (wire.status !== undefined) return { ...ofStream(error), mayHaveCharged: true };
  return beforeStatus(error, wire.sent);
}

function beforeStatus(error: unknown, sent: boolean): Verdict {
  const causes = [...causesOf(error)];
  if (causes.some((cause) => cause instanceof EgressDeniedError)) {
    return { type: 'model.rejected', reason: 'address not allowed', transient: false, mayHaveCharged: false };
  }
  // `fetch` refuses some ports before it connects, and only this message tells.
  const badPort = causes.some((cause) => cause instanceof Error && cause.message === 'bad port');
  if (!sent || badPort) {
    const reason = badPort ? 'port not allowed' : 'the request could not be built';
    return { type: 'model.rejected', reason, transient: false, mayHaveCharged: false };
  }
  const codes = causes.map(codeOf).filter((code) => code !== undefined);
  const certificate = codes.find((code) => CERTIFICATE.test(code));
  if (certificate !== undefined) {
    const reason = `the certificate was not accepted (${certificate})`;
    return { type: 'model.unreachable', reason, transient: false, mayHaveCharged: false };
  }
  // Where the fetch is not the guarded one, only the code tells that there was no connection.
  if (causes.some((cause) => cause instanceof ConnectFailedError) || codes.some(neverConnected)) {
    const reason = `could not connect (${codes[0] ?? 'no code'})`;
    return { type: 'model.unreachable', reason, transient: true, mayHaveCharged: false };
  }
  if (codes.includes('UND_ERR_HEADERS_TIMEOUT')) {
    return { type: 'model.timed_out', reason: 'no answer in time', transient: true, mayHaveCharged: true };
  }
  const reason = `the connection broke before an answer (${codes[0] ?? 'no code'})`;
  return { type: 'model.unreachable', reason, transient: true, mayHaveCharged: true };
}

type StatusVerdict = Omit<Verdict, 'mayHaveCharged'>;

function ofStatus(status: number, error: unknown): StatusVerdict {
  const body = APICallError.isInstance(error) ? (error.responseBody ?? '') : '';
  if (status === 401 || status === 403 || (status === 400 && body.includes('API_KEY_INVALID'))) {
    return { type: 'model.unauthorized', reason: `${status}: the key was not accepted`, transient: false };
  }
  if (status === 429) {
    // OpenAI has one status for a quota that is used up and for requests that come too fast. Waiting mends only the latter.
    const spent = body.includes('insufficient_quota');
    const reason = spent ? '429: the quota of the key is used up' : '429: rate limited';
    return { type: 'model.rate_limited', reason, transient: !spent };
  }
  if (status >= 500 || status === 408 || status === 409 || status === 425) {
    return { type: 'model.overloaded', reason: `${status}: the provider is overloaded or failing`, transient: true };
  }
  if (status < 400)
    return { type: 'model.rejected', reason: `${status}: redirects are not followed`, transient: false };
  return { type: 'model.rejected', reason: `${status}: the provider refused the request`, transient: false };
}

/** The verdict on a failure after a 2xx status: an error event of the provider, or a stream that broke or made no sense. */
function ofStream(error: unknown): StatusVerdict {
  const named = error instanceof ReportedError ? ofEventName(error.names, error) : undefined;
  if (named !== undefined) return { ...named, reason: `in the stream: ${named.reason}` };
  const codes = [...causesOf(error)].map(codeOf);
  if (codes.includes('UND_ERR_BODY_TIMEOUT')) {
    return { type: 'model.timed_out', reason: 'the stream stalled', transient: true };
  }
  const reason = error instanceof DamagedAnswerError ? error.message : 'the stream broke';
  return { type: 'model.interrupted', reason, transient: true };
}

/** An error that came with a 2xx status, in place of an answer. One that has no name we know is not tried again. */
function ofReport(error: ReportedError, status: number, apiKey: string): StatusVerdict {
  const { type, transient } = ofEventName(error.names, error) ?? { type: 'model.rejected', transient: false };
  return {
    type,
    transient,
    reason: `${status} with an error in place of an answer: ${excerpt(error.message, apiKey)}`,
  };
}

function ofEventName(event: string, error: unknown): StatusVerdict | undefined {
  const status = /\b[45]\d\d\b/.exec(event)?.[0];
  if (status !== undefined) return ofStatus(Number(status), error);
  if (/overload|unavailable|api_error|server_error/i.test(event)) return ofStatus(529, error);
  if (/rate_limit|exhausted|too_many/i.test(event)) return ofStatus(429, error);
  if (/auth|permission/i.test(event)) return ofStatus(401, error);
  if (/invalid|not_found|context_length/i.test(event)) return ofStatus(400, error);
  return undefined;
}

import { APICallError } from '@ai-sdk/provider';
import type { TimeLimits } from '../domain/time-limits.ts';
import { BodyTooLongError, EncodingRefusedError } from '../processes/bounded-response.ts';
import { ConnectFailedError, EgressDeniedError } from '../processes/egress-guard.ts';
import { causesOf, codeOf, systemCodeOf } from '../processes/error-cause.ts';
import { networkProblem, neverConnected } from '../processes/network-problem.ts';
import { concernsAccount } from './account-failure.ts';
import { ModelCallError, type ModelFailureType } from './model-call.ts';
import { type ProviderReport, reportOfBody } from './provider-report.ts';
import { verdictOfReport, verdictOfStatus } from './report-verdict.ts';
import { type RequestWire, sentOf } from './request-wire.ts';
import { retryHintMs } from './retry-hint.ts';
import { MOST_SHOWN_CHARACTERS, shownWords, type Unshowable } from './shown-words.ts';
import { passedLimit } from './time-watch.ts';
import { DamagedAnswerError, NoAnswerError, ReportedError } from './wire/wire-reader.ts';

export interface FailureContext {
  readonly model: string;
  readonly wire: RequestWire;
  /** The part of the service that stopped the request, if one did. */
  readonly stoppedBy?: 'caller' | 'timeout' | undefined;
  /** Which time limit was passed, where it was one that stopped the request. */
  readonly timedOut?: string | undefined;
  readonly timeLimits: TimeLimits;
  readonly partialText?: string | undefined;
  /** The texts that the provider may quote and nobody may be shown. */
  readonly unshowable: Unshowable;
}

interface Verdict {
  readonly type: ModelFailureType;
  /** Our own words. */
  readonly reason: string;
  /** The words of the provider, not redacted yet. */
  readonly report?: ProviderReport | undefined;
  readonly transient: boolean;
  readonly mayHaveCharged: boolean;
  /** The HTTP status that the provider means, where it answered with another. */
  readonly status?: number | undefined;
  /** True when nothing of the response is missing. */
  readonly cameWhole?: boolean;
}

/**
 * Codes of a TLS handshake that failed, most of them for a bad certificate: it comes before the request is written, and
 * the next try would meet the same.
 */
const TLS_FAILED = /CERT|^ERR_TLS_|^ERR_SSL_|^EPROTO$|^(UNABLE_TO_|HOSTNAME_MISMATCH)/;

/** Codes of an answer that is not HTTP. */
const NO_HTTP = /^HPE_/;

/**
 * The only mapper from what a provider library or the network throws to a ModelCallError. An unknown error is taken for
 * the worst case (transient, may have charged). The message holds a status, a reason of ours and the provider's own
 * words once they are fit to be shown, and there is no `cause`: errors of libraries carry bodies of requests and
 * responses, some with parts of the key (I10).
 */
export async function modelCallError(error: unknown, context: FailureContext): Promise<ModelCallError> {
  const { wire, unshowable, model } = context;
  if (error instanceof ModelCallError) {
    const { type, message: reason, unshownWords: words, ...detail } = error;
    if (words === undefined) return error;
    return new ModelCallError(type, await messageOf({ reason, report: { words } }, unshowable), detail);
  }
  const verdict = verdictOf(error, context);
  const { report, status = wire.status } = verdict;
  return new ModelCallError(verdict.type, await messageOf(verdict, unshowable), {
    transient: verdict.transient,
    mayHaveCharged: verdict.mayHaveCharged,
    concernsAccount: report !== undefined && concernsAccount(verdict.type, { status, report, model }),
    status,
    systemCode: systemCodeOf(error),
    retryAfterMs: wire.retryAfterMs ?? (report && retryHintMs(report)),
    partialText: context.partialText || undefined,
    wireBytes: verdict.cameWhole ? { ...sentOf(wire), received: wire.receivedBytes } : undefined,
  });
}

async function messageOf(
  { reason, report }: { readonly reason: string; readonly report?: Pick<ProviderReport, 'words'> | undefined },
  unshowable: Unshowable,
): Promise<string> {
  if (report === undefined || report.words === '') return reason;
  const shown = await shownWords(report.words, unshowable, MOST_SHOWN_CHARACTERS - reason.length - 2);
  return shown === '' ? reason : `${reason}: ${shown}`;
}

function verdictOf(error: unknown, context: FailureContext): Verdict {
  const { wire, stoppedBy, timedOut = 'no answer in time' } = context;
  const refused = wire.status !== undefined && wire.status >= 300;
  const mayHaveCharged = wire.sent && !refused;
  if (stoppedBy === 'caller') {
    return { type: 'model.aborted', reason: 'the request was aborted', transient: false, mayHaveCharged };
  }
  if (wire.status !== undefined && refused) {
    const report = reportOfBody(refusalBody(error));
    return { ...verdictOfStatus(wire.status, report), report, mayHaveCharged: false };
  }
  if (stoppedBy === 'timeout') {
    return { type: 'model.timed_out', reason: timedOut, transient: true, mayHaveCharged };
  }
  if (wire.status !== undefined && error instanceof NoAnswerError) {
    const reason = `${wire.status}: the response is no answer of a model`;
    return {
      type: 'model.rejected',
      reason,
      report: { names: '', words: error.message },
      transient: false,
      mayHaveCharged: true,
      cameWhole: true,
    };
  }
  if (wire.status !== undefined && error instanceof ReportedError && error.inPlaceOfAnswer) {
    return { ...inPlaceOfAnswer(error, wire.status), mayHaveCharged: false };
  }
  if (wire.status !== undefined) return { ...ofStream(error), mayHaveCharged: true };
  return beforeStatus(error, context);
}

function beforeStatus(error: unknown, { wire: { sent }, timeLimits }: FailureContext): Verdict {
  const notSent = { transient: false, mayHaveCharged: false };
  const causes = [...causesOf(error)];
  const denied = causes.find((cause) => cause instanceof EgressDeniedError);
  if (denied !== undefined) return { type: 'model.address_blocked', reason: denied.message, ...notSent };
  // `fetch` refuses some ports before it connects, and only this message tells.
  const badPort = causes.some((cause) => cause instanceof Error && cause.message === 'bad port');
  if (!sent || badPort) {
    const reason = badPort ? 'port not allowed' : 'the request could not be built';
    return { type: 'model.rejected', reason, ...notSent };
  }
  if (causes.some((cause) => cause instanceof EncodingRefusedError)) {
    const reason = 'the answer is encoded in a way that is not read; answers are asked for without any encoding';
    return { type: 'model.rejected', reason, transient: false, mayHaveCharged: true };
  }
  const codes = causes.map(codeOf).filter((code) => code !== undefined);
  const tls = codes.find((code) => TLS_FAILED.test(code));
  if (tls !== undefined) {
    return { type: 'model.tls_failed', reason: `the certificate or TLS was not accepted (${tls})`, ...notSent };
  }
  if (codes.includes('UND_ERR_CONNECT_TIMEOUT')) {
    return { type: 'model.timed_out', reason: passedLimit.connect(timeLimits), transient: true, mayHaveCharged: false };
  }
  // A fetch that is not the guarded one tells only by the code that there was no connection.
  if (causes.some((cause) => cause instanceof ConnectFailedError) || codes.some(neverConnected)) {
    const reason = `could not connect: ${meaningOf(codes[0])}`;
    return { type: 'model.unreachable', reason, transient: true, mayHaveCharged: false };
  }
  if (codes.includes('UND_ERR_HEADERS_TIMEOUT')) {
    return { type: 'model.timed_out', reason: 'no answer in time', transient: true, mayHaveCharged: true };
  }
  const noHttp = codes.find((code) => NO_HTTP.test(code));
  // Not each of undici's errors of this class has a code.
  if (noHttp !== undefined || causes.some((cause) => cause instanceof Error && cause.name === 'HTTPParserError')) {
    const reason = `the server does not answer in HTTP${noHttp === undefined ? '' : ` (${noHttp})`}`;
    return { type: 'model.rejected', reason, transient: false, mayHaveCharged: true };
  }
  const reason = `the connection broke before an answer: ${meaningOf(codes[0])}`;
  return { type: 'model.unreachable', reason, transient: true, mayHaveCharged: true };
}

type StreamVerdict = Omit<Verdict, 'mayHaveCharged'>;

/** The verdict on a failure after a 2xx status: an error event of the provider, or a stream that broke or made no sense. */
function ofStream(error: unknown): StreamVerdict {
  if (error instanceof ReportedError) {
    const { report } = error;
    const verdict = verdictOfReport(report);
    if (verdict === undefined) {
      return { type: 'model.interrupted', reason: 'the provider broke the stream off', report, transient: true };
    }
    return { ...verdict, reason: `in the stream: ${verdict.reason}`, report, status: report.status };
  }
  if ([...causesOf(error)].map(codeOf).includes('UND_ERR_BODY_TIMEOUT')) {
    return { type: 'model.timed_out', reason: 'the stream stalled', transient: true };
  }
  if (error instanceof BodyTooLongError) {
    return { type: 'model.answer_too_long', reason: error.message, transient: false };
  }
  if (error instanceof DamagedAnswerError) {
    const report = { names: '', words: error.words ?? '' };
    return { type: 'model.interrupted', reason: error.message, report, transient: true };
  }
  return { type: 'model.interrupted', reason: 'the stream broke', transient: true };
}

/** An error that came with a 2xx status, in place of an answer. One that has no name we know is not tried again. */
function inPlaceOfAnswer({ report }: ReportedError, status: number): StreamVerdict {
  const known = verdictOfReport(report);
  return {
    type: known?.type ?? 'model.rejected',
    transient: known?.transient ?? false,
    reason: `${status} with an error in place of an answer`,
    report,
    status: report.status,
  };
}

/** The meaning of a code of Node or undici, with the code behind it. */
function meaningOf(code: string | undefined): string {
  const meaning = networkProblem(code)?.meaning;
  return meaning === undefined ? (code ?? 'no code') : `${meaning} (${code})`;
}

function refusalBody(error: unknown): string {
  return APICallError.isInstance(error) ? (error.responseBody ?? '') : '';
}

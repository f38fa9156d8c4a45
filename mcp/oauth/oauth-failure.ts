import {
  InsecureTokenEndpointError,
  IssuerMismatchError,
  OAuthError,
  RegistrationRejectedError,
} from '@modelcontextprotocol/client';
import { causesOf, codeOf } from '../../processes/error-cause.ts';

export type OAuthFailureKind =
  /** A person has to authorize the service, for the first time or again. */
  | 'authorize'
  /** The authorization server refuses our client or what it asks for. */
  | 'refused'
  /** The descriptions that the servers give of themselves do not fit together, or are not there. */
  | 'unusable'
  /** The authorization server was not reached or had trouble of its own. It may pass. */
  | 'unavailable';

/** The failure to get a token. Its message is for people and models: it holds no secret and no text of a server (I10). */
export class OAuthFailure extends Error {
  readonly code = 'ERR_SERVER_UNAUTHORIZED';
  readonly kind: OAuthFailureKind;
  constructor(kind: OAuthFailureKind, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'OAuthFailure';
    this.kind = kind;
  }
}

/** Refusals after which a new authorization by a person helps. */
const AUTHORIZE_AGAIN: readonly string[] = ['invalid_grant', 'access_denied', 'interaction_required', 'login_required'];
const PASSING: readonly string[] = ['server_error', 'temporarily_unavailable', 'slow_down', 'too_many_requests'];

/** Maps everything that can go wrong between us and an authorization server. @param doing for the message: "the token was renewed" */
export function oauthFailure(error: unknown, doing: string): OAuthFailure {
  for (const cause of causesOf(error)) {
    if (cause instanceof OAuthFailure) return cause;
    const failure = knownFailure(cause, doing);
    if (failure !== undefined) return new OAuthFailure(failure.kind, failure.message, error);
  }
  return new OAuthFailure(
    'unavailable',
    `The authorization server did not answer in a way that is understood when ${doing}.`,
    error,
  );
}

function knownFailure(
  cause: unknown,
  doing: string,
): { readonly kind: OAuthFailureKind; readonly message: string } | undefined {
  if (cause instanceof OAuthError) return refusal(shownCode(cause.code), doing);
  if (cause instanceof IssuerMismatchError) {
    return {
      kind: 'unusable',
      message: `The authorization server says that it is another one than it should be, when ${doing}.`,
    };
  }
  if (cause instanceof InsecureTokenEndpointError) {
    return { kind: 'unusable', message: 'The authorization server takes tokens over http: only https is used.' };
  }
  if (cause instanceof RegistrationRejectedError) {
    const message = `The authorization server does not let the service register itself (HTTP ${cause.status}). Give the server a client_id.`;
    return { kind: cause.status >= 500 ? 'unavailable' : 'refused', message };
  }
  if (codeOf(cause) === 'ERR_EGRESS_DENIED') {
    return {
      kind: 'unusable',
      message: `An address that was named for the authorization server is not allowed, when ${doing}.`,
    };
  }
  if (cause instanceof Error && (cause.name === 'TimeoutError' || cause.name === 'AbortError')) {
    return { kind: 'unavailable', message: `The authorization server did not answer in time when ${doing}.` };
  }
  return undefined;
}

function refusal(code: string, doing: string): { readonly kind: OAuthFailureKind; readonly message: string } {
  if (PASSING.includes(code)) {
    return { kind: 'unavailable', message: `The authorization server had trouble (${code}) when ${doing}.` };
  }
  if (AUTHORIZE_AGAIN.includes(code)) {
    return {
      kind: 'authorize',
      message: `The authorization server answered ${code} when ${doing}: a person has to authorize it again.`,
    };
  }
  return { kind: 'refused', message: `The authorization server answered ${code} when ${doing}.` };
}

/** A code comes from the server, so only what has the form of a code is shown. */
export function shownCode(code: string): string {
  return /^[a-z][a-z0-9_]{1,60}$/.test(code) ? code : 'an error';
}

import { createHash } from 'node:crypto';
import {
  type SessionContextKind,
  type SessionContextRequest,
  sessionContextKinds,
} from '../../contract/session-context.ts';
import { fileNameProblem } from '../../domain/file-name.ts';
import type { SessionDocument } from '../../domain/session-context.ts';
import { countTokens } from '../../domain/tokens.ts';
import { requireSize } from '../tenants/require-room.ts';
import type { ServiceContext } from '../verb/context.ts';
import { ServiceError } from '../verb/service-error.ts';

/** Documents that are given for a session, with their texts under their hashes. */
export interface OwnDocuments {
  /** Null for a kind stands for the documents of the agent. */
  readonly given: { readonly [Kind in SessionContextKind]?: readonly SessionDocument[] | null };
  readonly texts: readonly { readonly hash: string; readonly text: string }[];
}

/**
 * Checks documents that are given for a session by the rules for those of an agent. It counts their tokens, so it is called outside
 * of a transaction: a large text takes milliseconds.
 * @throws ServiceError invalid_request, quota_exceeded
 */
export function ownDocuments(
  ctx: Pick<ServiceContext, 'limits'>,
  request: SessionContextRequest | undefined,
): OwnDocuments {
  requireSize(ctx, 'context_bytes', request);
  const given: { [Kind in SessionContextKind]?: readonly SessionDocument[] | null } = {};
  const texts = new Map<string, string>();
  for (const kind of sessionContextKinds) {
    const documents = request?.[kind];
    if (documents === undefined) continue;
    given[kind] =
      documents &&
      Object.entries(documents)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, text]) => {
          const problem = fileNameProblem(name);
          if (problem !== undefined) throw new ServiceError('invalid_request', problem, { param: `context.${kind}` });
          const hash = createHash('sha256').update(text).digest('hex');
          texts.set(hash, text);
          return { name, tokens: countTokens(text), hash };
        });
  }
  return { given, texts: [...texts].map(([hash, text]) => ({ hash, text })) };
}

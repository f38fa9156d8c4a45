import { type ArtifactView, readArtifactOf } from '../../db/queries/artifact.ts';
import { requireScope } from '../verb/context.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';
import { findSessionLog, type SessionRef } from './find-session.ts';

/**
 * Reads the whole of a tool result of which the model was given only the beginning.
 * @throws ServiceError session_not_found, artifact_not_found
 */
export const readArtifact: Verb<SessionRef & { artifactId: string }, ArtifactView> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    await findSessionLog(tx, input);
    const artifact = await readArtifactOf(tx, input.sessionId, input.artifactId);
    if (artifact !== undefined) return artifact;
    throw new ServiceError('artifact_not_found', `The session has no artifact "${input.artifactId}".`);
  });
};

import type { ImageMediaType } from '../../contract/images.ts';
import { readArtifactOf } from '../../db/queries/artifact.ts';
import { readImages } from '../../db/queries/image.ts';
import { readFileOf } from '../../db/queries/result-file.ts';
import type { NewFile } from '../../domain/result-file.ts';
import { requireScope } from '../verb/context.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';
import { findSessionLog, type SessionRef } from './find-session.ts';

/** A text, an image or a file that a session keeps beside its log and its transcript. */
export type Artifact =
  | { readonly kind: 'text'; readonly id: string; readonly bytes: number; readonly content: string }
  | { readonly kind: 'image'; readonly id: string; readonly mediaType: ImageMediaType; readonly content: Buffer }
  | ({ readonly kind: 'file' } & NewFile);

/**
 * Reads an image, a file of a tool's result, or the whole of a tool result of which the model was given only the beginning.
 * @throws ServiceError session_not_found, artifact_not_found
 */
export const readArtifact: Verb<SessionRef & { artifactId: string }, Artifact> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    await findSessionLog(tx, input);
    const { sessionId, artifactId } = input;
    const [image] = artifactId.startsWith('img_') ? await readImages(tx, sessionId, [artifactId]) : [];
    if (image !== undefined) return { kind: 'image', ...image };
    const file = artifactId.startsWith('file_') ? await readFileOf(tx, sessionId, artifactId) : undefined;
    if (file !== undefined) return { kind: 'file', ...file };
    const artifact = await readArtifactOf(tx, sessionId, artifactId);
    if (artifact !== undefined) return { kind: 'text', ...artifact };
    throw new ServiceError('artifact_not_found', `The session has no artifact "${artifactId}".`);
  });
};

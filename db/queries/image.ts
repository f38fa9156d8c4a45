import type { ImageRef, NewImage } from '../../domain/images/image-ref.ts';
import { imageIdOf } from '../../processes/ids.ts';
import type { Tx } from '../database.ts';
import { ownersOf } from './transcript-turns.ts';

/** Stores images of a session. One that is stored already costs only a look-up. @returns the references to them, in order */
export function insertImages(tx: Tx, sessionId: string, images: readonly NewImage[]): ImageRef[] {
  return images.map((image) => {
    const ref = imageRefOf(image);
    tx.send(
      'insert-image',
      `INSERT INTO image (session_id, id, tenant_id, media_type, width, height, content)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
      [sessionId, ref.id, tx.tenantId, ref.mediaType, ref.width, ref.height, image.content],
    );
    return ref;
  });
}

/** Makes the reference to an image once it is stored. */
export function imageRefOf({ mediaType, width, height, content }: NewImage): ImageRef {
  return { id: imageIdOf(content), mediaType, width, height, bytes: content.length };
}

export interface StoredImage extends Pick<ImageRef, 'id' | 'mediaType'> {
  readonly content: Buffer;
}

/** Reads images of a session. An id that it does not have is left out. */
export async function readImages(tx: Tx, sessionId: string, ids: readonly string[]): Promise<StoredImage[]> {
  return tx.query<StoredImage>(
    'read-images',
    `SELECT DISTINCT ON (id) id, media_type AS "mediaType", content FROM image
      WHERE session_id IN ${ownersOf('$1')} AND id = ANY ($2) AND tenant_id = $3`,
    [sessionId, ids, tx.tenantId],
  );
}

import type { UserImage } from '../../contract/images.ts';
import type { Tx } from '../../db/database.ts';
import { insertImages } from '../../db/queries/image.ts';
import type { ImageRef, NewImage } from '../../domain/images/image-ref.ts';
import { readImage } from '../../domain/images/read-image.ts';
import { requireRoom } from '../tenants/require-room.ts';
import { ServiceError } from '../verb/service-error.ts';

/**
 * The images of a message, as they are stored. Each must be what it is said to be, and whole: providers refuse a request
 * with any other image, on this and every later turn.
 * @throws ServiceError invalid_request
 */
export function userImages(images: readonly UserImage[] = []): NewImage[] {
  return images.map(({ data, media_type: mediaType }, index) => {
    const content = Buffer.from(data, 'base64');
    const read = readImage(content);
    if (read.kind === 'invalid') throw refusal(index, 'data', read.why);
    if (read.facts.mediaType !== mediaType) {
      throw refusal(index, 'media_type', `is ${mediaType}, but the data is ${read.facts.mediaType}`);
    }
    return { ...read.facts, content };
  });
}

/** Stores the images of a message, for which the tenant must have room. @throws ServiceError quota_exceeded */
export async function storeUserImages(tx: Tx, sessionId: string, images: readonly NewImage[]): Promise<ImageRef[]> {
  if (images.length === 0) return [];
  const refs = insertImages(tx, sessionId, images);
  // They are counted when they are stored: an image that the session has already takes no room.
  await requireRoom(tx, { file_bytes: 0 });
  return refs;
}

function refusal(index: number, field: keyof UserImage, why: string): ServiceError {
  const param = `images.${index}.${field}`;
  return new ServiceError('invalid_request', `"${param}": ${why}.`, { param });
}

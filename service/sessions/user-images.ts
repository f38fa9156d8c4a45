import type { UserImage } from '../../contract/images.ts';
import type { NewImage } from '../../domain/images/image-ref.ts';
import { readImage } from '../../domain/images/read-image.ts';
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

function refusal(index: number, field: keyof UserImage, why: string): ServiceError {
  const param = `images.${index}.${field}`;
  return new ServiceError('invalid_request', `"${param}": ${why}.`, { param });
}

import { z } from 'zod';
import type { RefinementParams } from './fields.ts';

/** Providers take these. SVG is a document that may hold scripts, and none of them takes it. */
export const imageMediaTypeSchema = z.enum(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);
export type ImageMediaType = z.infer<typeof imageMediaTypeSchema>;

export const MOST_IMAGES_PER_MESSAGE = 16;
export const MOST_IMAGE_BYTES = 512 * 1024;
/** All images of one message. The body of a request has room for no more than about this. */
export const MOST_MESSAGE_IMAGE_BYTES = 720 * 1024;

const tooLarge: RefinementParams = { errorCode: 'image_too_large' };
const tooMany: RefinementParams = { errorCode: 'too_many_images' };

/** How many bytes a base64 text stands for. */
export function base64Bytes(data: string): number {
  const padding = data.endsWith('==') ? 2 : data.endsWith('=') ? 1 : 0;
  return Math.max(0, Math.floor((data.length * 3) / 4) - padding);
}

const imageDataSchema = z
  .string()
  .min(1)
  // A repeated group would make the regular expression keep a way back for every four characters.
  .refine((data) => data.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(data), 'must be base64 with padding')
  .refine((data) => base64Bytes(data) <= MOST_IMAGE_BYTES, {
    message: `must be at most ${MOST_IMAGE_BYTES / 1024} KiB per image (limit: image bytes)`,
    params: { ...tooLarge },
  })
  .meta({ contentEncoding: 'base64' })
  .describe(`The image itself in base64, at most ${MOST_IMAGE_BYTES / 1024} KiB.`);

/** An image that a user sends with a message. */
export const userImageSchema = z
  .strictObject({
    // It comes first, so that a client that sends an address is told why, and not that "data" is missing.
    url: z
      .unknown()
      .refine((url) => url === undefined, 'is not fetched: send the image itself as "data"')
      .optional()
      .describe('Refused. Images are not fetched from addresses.'),
    data: imageDataSchema,
    media_type: imageMediaTypeSchema.describe('What the first bytes of `data` must be.'),
  })
  .meta({ id: 'UserImage' });
export type UserImage = z.infer<typeof userImageSchema>;

export const userImagesSchema = z
  .array(userImageSchema)
  .min(1)
  .refine((images) => images.length <= MOST_IMAGES_PER_MESSAGE, {
    message: `must be at most ${MOST_IMAGES_PER_MESSAGE} images per message (limit: images per message)`,
    params: { ...tooMany },
  })
  .refine((images) => images.reduce((sum, { data }) => sum + base64Bytes(data), 0) <= MOST_MESSAGE_IMAGE_BYTES, {
    message: `must be at most ${MOST_MESSAGE_IMAGE_BYTES / 1024} KiB of images per message (limit: image bytes per message)`,
    params: { ...tooLarge },
  })
  .describe('Images that belong to the text. A model that takes no images gets a line in place of each.');

/** An image of the transcript. Its bytes are at `GET …/artifacts/{id}`. */
export const imageReferenceSchema = z
  .object({
    id: z.string().describe('`GET …/artifacts/{id}` answers with the image.'),
    media_type: imageMediaTypeSchema,
    width: z.int(),
    height: z.int(),
    bytes: z.int(),
  })
  .meta({ id: 'ImageReference' });

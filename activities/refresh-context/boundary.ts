/**
 * How many messages enter the transcript at one boundary. Others wait for the next one, and so does text beyond the
 * bound.
 */
export const MESSAGES_PER_BOUNDARY = 200;
/** A rough figure that only bounds how much is read at once. A first message that is longer is read all the same. */
export const MESSAGE_BYTES_PER_BOUNDARY = 128 * 1_024;

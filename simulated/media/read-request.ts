import type { SimulatedRequest } from '../conversation.ts';
import type { Protocol, WireRequest } from '../protocols/protocol.ts';
import { BYTES_PER_TOKEN } from '../reply.ts';
import { carriedMedia } from './carried-media.ts';
import { fileTokens, seenFiles } from './file-rules.ts';
import { imageTokens, seenImages } from './image-rules.ts';

/**
 * Reads a request with its images, sounds and documents: their pixels, seconds and pages are counted, and the bytes of their
 * data are not. @throws RefusedRequest
 */
export function readRequest(protocol: Protocol, wire: WireRequest): SimulatedRequest {
  const carried = carriedMedia(protocol.name, wire.body);
  if (carried.length === 0) return protocol.read(wire);
  const images = seenImages(
    protocol.name,
    carried.filter(({ kind }) => kind === 'image'),
  );
  const files = seenFiles(protocol.name, carried);
  const dataBytes = carried.reduce((sum, { data }) => sum + data.length, 0);
  const tokens = imageTokens(protocol.name, images) + fileTokens(protocol.name, files);
  const bodyBytes = wire.bodyBytes - dataBytes + BYTES_PER_TOKEN * tokens;
  return { ...protocol.read({ ...wire, bodyBytes }), images, files };
}

import type { SimulatedRequest } from '../conversation.ts';
import type { Protocol, WireRequest } from '../protocols/protocol.ts';
import { BYTES_PER_TOKEN } from '../reply.ts';
import { carriedImages } from './carried-images.ts';
import { imageTokens, seenImages } from './image-rules.ts';

/** Reads a request with its images: their pixels are counted, and the bytes of their data are not. @throws RefusedRequest */
export function readRequest(protocol: Protocol, wire: WireRequest): SimulatedRequest {
  const carried = carriedImages(protocol.name, wire.body);
  if (carried.length === 0) return protocol.read(wire);
  const images = seenImages(protocol.name, carried);
  const dataBytes = carried.reduce((sum, { data }) => sum + data.length, 0);
  const bodyBytes = wire.bodyBytes - dataBytes + BYTES_PER_TOKEN * imageTokens(protocol.name, images);
  return { ...protocol.read({ ...wire, bodyBytes }), images };
}

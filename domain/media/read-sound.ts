import type { SoundFacts } from './media-ref.ts';

/** The outcome of reading a sound. `unknown`: its duration is not certain, so its cost has no bound. */
export type ReadSound = { readonly kind: 'read'; readonly facts: SoundFacts } | { readonly kind: 'unknown' };

const UNKNOWN: ReadSound = { kind: 'unknown' };

/** The duration of a sound by its bytes: PCM in WAV, and MP3 of whole frames. Every other sound is not measured. */
export function readSound(bytes: Buffer): ReadSound {
  const durationMs = isWav(bytes) ? wavMs(bytes) : mp3Ms(bytes);
  if (durationMs === undefined || durationMs <= 0) return UNKNOWN;
  return { kind: 'read', facts: { mediaType: isWav(bytes) ? 'audio/wav' : 'audio/mpeg', durationMs } };
}

function isWav(bytes: Buffer): boolean {
  return bytes.length >= 12 && bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WAVE';
}

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;
/** Writers that stream do not know the size yet. */
const OPEN_SIZE = 0xffff_ffff;

/** Undefined: it is no WAV of plain samples, whose number alone tells how long it is. */
function wavMs(bytes: Buffer): number | undefined {
  let format: { readonly rate: number; readonly frameBytes: number } | undefined;
  let dataBytes: number | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const name = bytes.toString('latin1', at, at + 4);
    const declared = bytes.readUInt32LE(at + 4);
    const left = bytes.length - at - 8;
    const size = name === 'data' && declared === OPEN_SIZE ? left : declared;
    if (size > left) return undefined;
    if (name === 'fmt ') format = formatOf(bytes.subarray(at + 8, at + 8 + size));
    if (name === 'fmt ' && format === undefined) return undefined;
    if (name === 'data') dataBytes = (dataBytes ?? 0) + size;
    at += 8 + size + (size % 2);
  }
  if (format === undefined || dataBytes === undefined) return undefined;
  return Math.ceil((Math.ceil(dataBytes / format.frameBytes) * 1_000) / format.rate);
}

function formatOf(chunk: Buffer): { readonly rate: number; readonly frameBytes: number } | undefined {
  if (chunk.length < 16) return undefined;
  const tag = chunk.readUInt16LE(0);
  const kind = tag === EXTENSIBLE && chunk.length >= 26 ? chunk.readUInt16LE(24) : tag;
  const [channels, rate, frameBytes, bits] = [
    chunk.readUInt16LE(2),
    chunk.readUInt32LE(4),
    chunk.readUInt16LE(12),
    chunk.readUInt16LE(14),
  ];
  if ((kind !== PCM && kind !== FLOAT) || channels === 0 || rate === 0 || bits === 0) return undefined;
  return frameBytes === channels * Math.ceil(bits / 8) ? { rate, frameBytes } : undefined;
}

const KBPS_OF_VERSION_1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const KBPS_OF_VERSION_2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const RATES = [44_100, 48_000, 32_000];
/** A shorter run of frames may be other bytes that look like it. */
const LEAST_FRAMES = 3;

/** Undefined: it is no MP3 that consists of frames from the beginning to the end. */
function mp3Ms(bytes: Buffer): number | undefined {
  let at = bytesOfId3(bytes);
  const tag = bytes.length - 128;
  const end = tag >= at && bytes.toString('latin1', tag, tag + 3) === 'TAG' ? tag : bytes.length;
  let ms = 0;
  let frames = 0;
  while (at + 4 <= end) {
    const frame = frameAt(bytes, at);
    if (frame === undefined) break;
    ms += frame.ms;
    frames += 1;
    at += frame.bytes;
  }
  // Some writers fill the end with zeros, and the last frame may be cut off. A decoder finds no more in either.
  const isWhole = at >= end || bytes.subarray(at, end).every((byte) => byte === 0);
  return isWhole && frames >= LEAST_FRAMES ? Math.ceil(ms) : undefined;
}

function bytesOfId3(bytes: Buffer): number {
  if (bytes.length < 10 || bytes.toString('latin1', 0, 3) !== 'ID3') return 0;
  // Seven bits of each byte count.
  const size = bytes.subarray(6, 10).reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0);
  const hasFooter = (bytes.readUInt8(5) & 0x10) !== 0;
  return 10 + size + (hasFooter ? 10 : 0);
}

function frameAt(bytes: Buffer, at: number): { readonly bytes: number; readonly ms: number } | undefined {
  const header = bytes.readUInt32BE(at);
  const [version, layer] = [(header >>> 19) & 3, (header >>> 17) & 3];
  if (header >>> 21 !== 0x7ff || version === 1 || layer !== 1) return undefined;
  const kbps = (version === 3 ? KBPS_OF_VERSION_1 : KBPS_OF_VERSION_2)[(header >>> 12) & 15];
  const rate = RATES[(header >>> 10) & 3];
  if (kbps === undefined || kbps === 0 || rate === undefined) return undefined;
  // The third version halves the rates of the second once more.
  const hertz = rate / (version === 3 ? 1 : version === 2 ? 2 : 4);
  const samples = version === 3 ? 1_152 : 576;
  const padding = (header >>> 9) & 1;
  return { bytes: Math.floor((samples * kbps * 125) / hertz) + padding, ms: (samples * 1_000) / hertz };
}

import type { ImageMediaType } from '../contract/images.ts';
import type { FileMediaType } from '../contract/result-files.ts';
import type { Artifact } from '../service/sessions/artifacts.ts';

const EXTENSIONS: Readonly<Record<ImageMediaType | FileMediaType, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'application/octet-stream': 'bin',
  'application/pdf': 'pdf',
  'application/zip': 'zip',
  'audio/aac': 'aac',
  'audio/flac': 'flac',
  'audio/mp4': 'm4a',
  'audio/mpeg': 'mp3',
  'audio/ogg': 'ogg',
  'audio/wav': 'wav',
  'audio/webm': 'weba',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
};

/**
 * A user or a tool made the artifact. Whatever it looks like, no browser may run it: its type is that of a text, or of an
 * image or a file without scripts, nothing is sniffed, and a page that is opened from it may load nothing.
 */
export function artifactResponse(artifact: Artifact): Response {
  const { type, extension, body, bytes } = shown(artifact);
  // A PDF may hold scripts: it is saved and not opened.
  const disposition = artifact.kind === 'file' ? 'attachment' : 'inline';
  return new Response(body, {
    headers: {
      'content-type': type,
      'content-length': String(bytes),
      'content-disposition': `${disposition}; filename="${artifact.id}.${extension}"`,
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
    },
  });
}

function shown(artifact: Artifact) {
  switch (artifact.kind) {
    case 'text':
      return { type: 'text/plain; charset=utf-8', extension: 'txt', body: artifact.content, bytes: artifact.bytes };
    case 'image':
    case 'file': {
      const { mediaType, content } = artifact;
      const body = new Uint8Array(content);
      return { type: mediaType, extension: EXTENSIONS[mediaType], body, bytes: content.length };
    }
  }
}

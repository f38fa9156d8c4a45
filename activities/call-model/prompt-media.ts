import type { Tx } from '../../db/database.ts';
import { readImages } from '../../db/queries/image.ts';
import type { PromptTurn } from '../../db/queries/prompt-transcript.ts';
import { readFiles } from '../../db/queries/result-file.ts';
import { type MediaFacts, type MediaKind, type MediaRef, mediaKindOf } from '../../domain/media/media-ref.ts';
import {
  type MediaCounting,
  mediaTokensBound,
  UNKNOWN_SOUND_TOKENS_PER_SECOND,
} from '../../domain/media/media-tokens.ts';
import { isMediaShown, type MediaPlace } from '../../domain/media/media-window.ts';
import type { TranscriptWindow } from '../../domain/transcript-window.ts';
import type { PromptMedia, TranscriptMessage } from '../../models/model-call.ts';
import type { OfferedModel } from '../../models/model-registry.ts';
import { mediaOf } from '../../models/shown-media.ts';
import type { PromptTranscript } from './kept-transcripts.ts';

/** The images, sounds and documents of a turn, by the message or the result that they belong to. Undefined: it has none. */
export interface MediaPlaces {
  ofMessage(index: number): readonly PromptMedia[] | undefined;
  ofResult(index: number): readonly PromptMedia[] | undefined;
}

/** Images, sounds and documents with their data where the window shows them. @param data in base64, by id */
export function mediaPlaces(
  { turn, messageImages, results }: PromptTurn,
  window: TranscriptWindow | null,
  data: ReadonlyMap<string, string>,
): MediaPlaces {
  const inMessages = messageImages ?? [];
  const promptMedia = (ref: MediaRef, place: MediaPlace, index: number): PromptMedia => {
    const at = { turn, place, index, kind: mediaKindOf(ref) };
    return { ...factsOf(ref), data: isShown(window, at) ? data.get(ref.id) : undefined };
  };
  return {
    ofMessage(message) {
      const images = inMessages.flatMap((image, index) =>
        image.message === message ? [promptMedia(image, 'message', index)] : [],
      );
      return images.length === 0 ? undefined : images;
    },
    ofResult(result) {
      const before = (results ?? []).slice(0, result).reduce((sum, { images }) => sum + (images?.length ?? 0), 0);
      const images = results?.[result]?.images ?? [];
      if (images.length === 0) return undefined;
      return images.map((image, index) => promptMedia(image, 'result', inMessages.length + before + index));
    },
  };
}

/** The facts about a medium that a model needs. The other fields that are stored with it are left out. */
function factsOf(ref: MediaRef): MediaFacts {
  if ('durationMs' in ref) return { mediaType: ref.mediaType, durationMs: ref.durationMs };
  if ('pages' in ref) return { mediaType: ref.mediaType, pages: ref.pages };
  return { mediaType: ref.mediaType, width: ref.width, height: ref.height };
}

/** Reads the data of what a prompt shows. It is read for each request, since no worker keeps it. */
export async function shownMediaData(
  tx: Tx,
  sessionId: string,
  { window, turns }: PromptTranscript,
): Promise<ReadonlyMap<string, string>> {
  if (window?.images == null) return new Map();
  const shown = turns.flatMap(({ turn, messageImages, results }) => {
    const inMessages = messageImages ?? [];
    const inResults = (results ?? []).flatMap(({ images }) => images ?? []);
    return [...inMessages, ...inResults].filter((ref, index) => {
      const place = index < inMessages.length ? 'message' : 'result';
      return isShown(window, { turn, place, index, kind: mediaKindOf(ref) });
    });
  });
  const idsOf = (isWanted: (kind: MediaKind) => boolean) => [
    ...new Set(shown.filter((ref) => isWanted(mediaKindOf(ref))).map(({ id }) => id)),
  ];
  const [images, files] = [idsOf((kind) => kind === 'image'), idsOf((kind) => kind !== 'image')];
  const rows = await Promise.all([
    images.length === 0 ? [] : readImages(tx, sessionId, images),
    files.length === 0 ? [] : readFiles(tx, sessionId, files),
  ]);
  return new Map(rows.flat().map(({ id, content }) => [id, content.toString('base64')]));
}

/** A model whose registration changed since it was selected may take none. */
const UNKNOWN_COUNTING: MediaCounting = {
  images: { by: 'unknown' },
  soundTokensPerSecond: UNKNOWN_SOUND_TOKENS_PER_SECOND,
  soundPricePercent: 100,
};

/** How many images, sounds and documents a prompt shows, with a bound on their tokens. */
export function shownMediaOf(
  messages: readonly TranscriptMessage[],
  { mediaInput }: Pick<OfferedModel, 'mediaInput'>,
): { readonly count: number; readonly tokens: number } {
  const shown = messages.flatMap(mediaOf).filter(({ data }) => data !== undefined);
  const counting = mediaInput?.counting ?? UNKNOWN_COUNTING;
  return { count: shown.length, tokens: shown.reduce((sum, each) => sum + mediaTokensBound(counting, each), 0) };
}

function isShown(window: TranscriptWindow | null, at: Parameters<typeof isMediaShown>[0]): boolean {
  return window?.images != null && isMediaShown(at, window.images, window.latestMessageTurn);
}

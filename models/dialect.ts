import type { DialectSettings } from '../contract/provider-options.ts';
import type { MediaKind } from '../domain/media/media-ref.ts';
import type { SchemaDialect } from './tool-schema/shown-schema.ts';

/**
 * The differences between servers of the same protocol in the requests that they take. The adapters know what is usual; a
 * provider's or a model's row may say otherwise, and a refusal may teach it.
 */
export interface Dialect {
  /**
   * The place of the context that changes every turn. `own_part`: into a part of its own behind the parts of the last
   * message, which may be results of tools. `last_text`: to the end of the last text, because no message may stand
   * between results of tools and the answer to them.
   */
  readonly contextPlace: 'own_part' | 'last_text';
  /** True when several texts of a user are sent as one: templates of local models often take no lists of parts. */
  readonly oneTextPerMessage: boolean;
  /** True when a result has a flag that says that the tool failed. Elsewhere its text says so. */
  readonly errorFlag: boolean;
  /** True when the provider caches a prompt up to marks in the request. Elsewhere it caches without being asked. */
  readonly cacheMarks: boolean;
  /** Which schemas of tools are taken. */
  readonly toolSchemas: SchemaDialect;
  /** True when only a model may answer results of tools, so that a user's message needs one between. */
  readonly alternatingRoles: boolean;
  /** The places of images, sounds and documents of the result of a tool. */
  readonly toolMedia: Readonly<Record<MediaKind, ToolMediaPlace>>;
  /** False: the server takes none. */
  readonly sounds?: boolean | undefined;
  readonly documents?: boolean | undefined;
  /** The most images of a request. Undefined: no limit is known. */
  readonly mostImages?: number | undefined;
  /** Undefined: the role that the library chooses. */
  readonly systemRole?: DialectSettings['system_role'];
  /** Undefined: the field that the library chooses. */
  readonly maxTokensField?: DialectSettings['max_tokens_field'];
  /** False when no `stream_options` may be sent. */
  readonly streamUsage?: boolean | undefined;
  /** False when an answer that only calls tools has an empty text in place of null. */
  readonly nullContent?: boolean | undefined;
  /** False when no key for the prompt cache may be sent. */
  readonly cacheKey?: boolean | undefined;
}

/**
 * `result`: into the result itself. `behind`: into a message of the user behind the results of the answer. `none`: a line
 * stands in its place.
 */
export type ToolMediaPlace = 'result' | 'behind' | 'none';

/** The usual dialect of a protocol with what is set otherwise. */
export function dialectWith(usual: Dialect, settings: DialectSettings): Dialect {
  const alternatingRoles = settings.alternating_roles ?? usual.alternatingRoles;
  return {
    ...usual,
    alternatingRoles,
    contextPlace: alternatingRoles ? 'last_text' : usual.contextPlace,
    cacheMarks: usual.cacheMarks && settings.prompt_cache !== false,
    cacheKey: settings.prompt_cache,
    systemRole: settings.system_role,
    maxTokensField: settings.max_tokens_field,
    streamUsage: settings.stream_usage,
    nullContent: settings.null_content,
    mostImages: settings.max_images,
    toolMedia: settings.tool_media === undefined ? usual.toolMedia : everyKind(settings.tool_media),
    sounds: settings.audio,
    documents: settings.files,
  };
}

export function everyKind(place: ToolMediaPlace): Readonly<Record<MediaKind, ToolMediaPlace>> {
  return { image: place, sound: place, document: place };
}

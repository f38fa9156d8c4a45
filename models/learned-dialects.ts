import { APICallError } from '@ai-sdk/provider';
import type { DialectSetting, DialectSettings } from '../contract/provider-options.ts';
import type { MediaKind } from '../domain/media/media-ref.ts';
import { bytesOfJson, createSizedCache, fewBytes } from '../domain/sized-cache.ts';
import { type Dialect, dialectWith } from './dialect.ts';
import { adapterOf } from './kinds/kinds.ts';
import { refusedMedia } from './media-refusal.ts';
import type { ModelTarget } from './model-call.ts';
import { outputLimitOf } from './output-limit.ts';
import { reportOfBody } from './provider-report.ts';
import { verdictOfStatus } from './report-verdict.ts';

export interface LearnedDialects {
  /** The usual dialect, with what the row says, and with what the server taught where the row says nothing. */
  dialectFor(target: ModelTarget): Dialect;
  /** The longest answer that the server lets be asked for. Undefined: it has refused none. */
  outputLimitFor(target: ModelTarget): number | undefined;
  /**
   * Learns from what a request was answered with.
   * @param sent.maxOutputTokens the longest answer that the request asked for
   * @param sent.kinds what it showed beside texts
   * @returns true when the same request may be sent in another form. It is false at the latest when each setting was
   * learned once and the answer can't be shorter.
   */
  learn(
    target: ModelTarget,
    error: unknown,
    sent: { readonly maxOutputTokens: number; readonly kinds: ReadonlySet<MediaKind> },
  ): boolean;
}

const KEPT_BYTES = 1024 * 1024;
/** A server may be replaced by one that takes the usual form. */
const KEPT_MS = 24 * 60 * 60 * 1000;

/** The settings that servers taught this process. Another process learns it anew, with one refusal that costs nothing. */
export function createLearnedDialects(): LearnedDialects {
  const learned = createSizedCache<DialectSettings>({ maxBytes: KEPT_BYTES, bytesOf: bytesOfJson, ttlMs: KEPT_MS });
  const outputLimits = createSizedCache<number>({ maxBytes: KEPT_BYTES, bytesOf: fewBytes, ttlMs: KEPT_MS });
  const keyOf = ({ protocol, baseUrl, model }: ModelTarget) => JSON.stringify([protocol, baseUrl, model]);
  const settingsFor = (target: ModelTarget) => ({ ...learned.get(keyOf(target)), ...target.dialect });
  /** @returns false when nothing of it is new */
  const learnSettings = (target: ModelTarget, told: DialectSettings): boolean => {
    const known = settingsFor(target);
    const news = Object.entries(told).filter(([name]) => known[name as DialectSetting] === undefined);
    if (news.length === 0) return false;
    learned.set(keyOf(target), { ...learned.get(keyOf(target)), ...Object.fromEntries(news) });
    return true;
  };

  return {
    dialectFor: (target) => dialectWith(adapterOf(target).dialect, settingsFor(target)),
    outputLimitFor: (target) => outputLimits.get(keyOf(target)),

    learn(target, error, { maxOutputTokens, kinds }) {
      if (!APICallError.isInstance(error)) return false;
      const words = error.responseBody ?? '';
      const refused = refusedMedia(error.statusCode, words, kinds);
      if (refused !== undefined) return learnSettings(target, refused);
      if (!tellsOfForm(error.statusCode)) return false;
      const limit = refusedLength(error, maxOutputTokens);
      if (limit === undefined) return learnSettings(target, taught(words, error.requestBodyValues));
      outputLimits.set(keyOf(target), limit);
      return true;
    },
  };
}

/** Servers that fill a template answer 500 when the template throws. */
function tellsOfForm(status: number | undefined): boolean {
  return status === 400 || status === 422 || status === 500;
}

/** A prompt that is too long is another matter: it may be made shorter, and so may its answer. */
function refusedLength({ statusCode = 400, responseBody = '' }: APICallError, askedTokens: number) {
  const report = reportOfBody(responseBody);
  const { type } = verdictOfStatus(statusCode, report);
  return type === 'model.rejected' ? outputLimitOf(report.words, askedTokens) : undefined;
}

const REFUSES =
  /not (support|permit|allow|enabled|recogni)|unsupported|unknown|unrecogni|unexpected|extra|forbidden|invalid/i;
/** A limit that is too large is no field that is wrong. */
const TOO_MANY = /too (large|high|long|many)|at most|less than|exceed|maximum (allowed|value)/i;
const ALTERNATE =
  /roles? must alternate|alternate between|after role|unexpected role|after (a )?tool|consecutive (user|messages)|last role/i;

const NO_NULL = /valid string|string_type|(be|expect(ed|s)?) (a |an )?(non-?null )?string|\bnull\b|NoneType|\bnil\b/i;

/** The settings that a refusal names. */
function taught(words: string, sent: unknown): DialectSettings {
  const settings: DialectSettings = {};
  if (/stream_options|include_usage/.test(words)) settings.stream_usage = false;
  if (/max_(completion_)?tokens/.test(words) && REFUSES.test(words) && !TOO_MANY.test(words)) {
    const isNew = typeof sent === 'object' && sent !== null && 'max_completion_tokens' in sent;
    settings.max_tokens_field = isNew ? 'max_tokens' : 'max_completion_tokens';
  }
  if (ALTERNATE.test(words)) settings.alternating_roles = true;
  else if (/developer/i.test(words) && /role|instruction/i.test(words))
    settings.system_role = roleInsteadOfDeveloper(words);
  else if (/system (role|message|prompt|instruction)|role:? .?system/i.test(words) && REFUSES.test(words)) {
    settings.system_role = 'user';
  }
  if (/cache_control|prompt_cache_key/.test(words)) settings.prompt_cache = false;
  if (/content/i.test(words) && NO_NULL.test(words) && hasNullContent(sent)) settings.null_content = false;
  return settings;
}

/** True when an answer in the request only calls tools: the libraries give it no text then. */
function hasNullContent(sent: unknown): boolean {
  const messages = typeof sent === 'object' && sent !== null && 'messages' in sent ? sent.messages : undefined;
  return Array.isArray(messages) && messages.some(({ role, content }) => role === 'assistant' && content == null);
}

/** Google calls the system prompt an instruction of the developer, and some of its models take none. */
function roleInsteadOfDeveloper(words: string): 'system' | 'user' {
  return /instruction/i.test(words) ? 'user' : 'system';
}

import type { ModelFailureType } from './model-call.ts';
import type { ProviderReport } from './provider-report.ts';

/** What a refusal or a reported error is, apart from what it cost. */
export interface ReportVerdict {
  readonly type: ModelFailureType;
  /** Our own words: they hold nothing of the request or the response. */
  readonly reason: string;
  /** True when another try may succeed. */
  readonly transient: boolean;
}

interface Rule extends ReportVerdict {
  /** A pattern of the names that providers give to this failure. */
  readonly named?: RegExp;
  /** A pattern of the sentences in which providers say so without naming it. */
  readonly said?: RegExp;
  /** True for names that some gateways give to everything. With a status that blames the request they say nothing. */
  readonly vague?: true;
}

const TOO_LONG_SAID = new RegExp(
  [
    'context (?:length|window|size|limit)',
    'maximum (?:context|prompt|input|sequence) (?:length|size)',
    '(?:prompt|input|request|conversation|payload|message|body)s? (?:\\w+ ){0,4}(?:is|are|was|were) too (?:long|large|big)',
    'too long for (?:the )?requested model',
    'request (?:entity |body )?too large',
    'too large for model',
    'too many (?:input |prompt |total )?(?:tokens|text bytes)',
    'input token count',
    'input length',
    'payload size exceeds',
    'reduce (?:the )?(?:length|size) of',
    '(?:prompt|input|inputs)\\W{0,3} tokens? .{0,60}(?:must be|exceed|greater|at most)',
    '(?:exceeds?|exceeded|over|above) (?:the )?(?:model.?s )?(?:maximum|max|allowed)? ?(?:number of )?(?:context|input|prompt) ?tokens',
    '(?:prompt|input|inputs)\\W{0,3} must have (?:less|fewer|at most)',
    'tokens to keep from the initial prompt',
    'n_ctx|max_model_len|max_position_embeddings',
  ].join('|'),
  'i',
);

/**
 * From top to bottom, the first rule that fits decides: first what the provider names or says, since one status stands
 * for several failures, then the status alone.
 */
const RULES: readonly Rule[] = [
  {
    type: 'model.context_too_long',
    reason: 'the request is too long for the model',
    transient: false,
    named:
      /context_length|context_size|context_window|request_too_large|prompt_too_long|input_too_long|string_above_max|tokens_limit_reached/i,
  },
  {
    type: 'model.quota_exhausted',
    reason: 'the money or quota of the key is used up',
    transient: false,
    named:
      /insufficient_(?:quota|balance|credit|funds)|billing|payment|credit_balance|arrearage|quota_exhausted|PerDay/i,
    said: /credit balance|insufficient (?:balance|credits?|quota|funds)|billing (?:hard )?limit|out of credits?|(?:requires|need) more credits|spend(?:ing)? limit|payment required|check your plan and billing|余额不足|欠费/i,
  },
  {
    type: 'model.filtered',
    reason: 'a filter of the provider refused the request',
    transient: false,
    named:
      /content_?filter|content_?policy|moderation|responsible_?ai|data_inspection|prohibited_content|safety|sensitive/i,
    said: /content (?:management |filtering |usage )?polic|content.?filter|safety system|moderation|was flagged|inappropriate content|blocked by (?:our |the )?safety|usage polic/i,
  },
  {
    type: 'model.unauthorized',
    reason: 'the key was not accepted',
    transient: false,
    named:
      /authentication|unauthenticated|unauthorized|invalid_?api_?key|api_key_(?:invalid|expired|service_blocked)|permission|(?<!extra_)forbidden|access_?denied|invalid_iam|account_(?:deactivated|disabled)/i,
    said: /api.?key (?:is )?(?:not valid|invalid|expired|not found)|(?:invalid|incorrect|expired|missing|no) api.?key|invalid (?:authentication|token|bearer)/i,
  },
  {
    type: 'model.not_found',
    reason: 'the provider does not have this model at this address',
    transient: false,
    named:
      /model_?not_?found|deployment_?not_?found|not_found|model_not_available|invalid_model|unknown_model|decommissioned/i,
    said: /model\b.{0,120}(?:does not exist|do not exist|not exist|not found|unknown|decommissioned|deprecated|no longer)|(?:no such|unknown|invalid) model|model identifier is invalid/i,
  },
  {
    type: 'model.overloaded',
    reason: 'the provider is overloaded or failing',
    transient: true,
    named: /overload|unavailable/i,
  },
  {
    type: 'model.overloaded',
    reason: 'the provider is overloaded or failing',
    transient: true,
    named: /api_error|server_error|internal/i,
    vague: true,
  },
  {
    type: 'model.rate_limited',
    reason: 'rate limited',
    transient: true,
    named: /rate_?limit|too_?many_?requests|resource_?exhausted|throttl|tokens_per_min|requests_per_min/i,
  },
  {
    type: 'model.timed_out',
    reason: 'the provider did not answer in time',
    transient: true,
    named: /deadline_?exceeded|time_?out|timed_?out/i,
  },
  {
    type: 'model.overloaded',
    reason: 'the provider is overloaded or failing',
    transient: true,
    named: /capacity|service_tier/i,
    said: /overloaded|at capacity|over capacity|temporarily unavailable|loading model|try again (?:later|in)/i,
  },
];

const BY_STATUS: readonly (ReportVerdict & { readonly statuses: readonly number[] })[] = [
  { statuses: [401], type: 'model.unauthorized', reason: 'the key was not accepted', transient: false },
  {
    statuses: [402],
    type: 'model.quota_exhausted',
    reason: 'the money or quota of the key is used up',
    transient: false,
  },
  { statuses: [403], type: 'model.unauthorized', reason: 'the key may not do this', transient: false },
  {
    statuses: [404, 410],
    type: 'model.not_found',
    reason: 'the provider does not have this model at this address',
    transient: false,
  },
  {
    statuses: [408, 504, 522, 524],
    type: 'model.timed_out',
    reason: 'the provider did not answer in time',
    transient: true,
  },
  { statuses: [409, 425], type: 'model.overloaded', reason: 'the provider is busy', transient: true },
  {
    statuses: [413],
    type: 'model.context_too_long',
    reason: 'the request is too long for the model',
    transient: false,
  },
  { statuses: [429], type: 'model.rate_limited', reason: 'rate limited', transient: true },
  {
    statuses: [501, 505],
    type: 'model.rejected',
    reason: 'the provider does not support the request',
    transient: false,
  },
];

/** Statuses that say so much by themselves that no sentence beside them changes it. */
const PLAIN_STATUSES: readonly number[] = [401, 402, 404, 408, 410, 413, 501, 504, 505, 522, 524];

/** The verdict on a response whose status is no success. It has an answer for every status. */
export function verdictOfStatus(status: number, report: ProviderReport): ReportVerdict {
  const verdict =
    (PLAIN_STATUSES.includes(status) ? undefined : ofReport(report, status)) ??
    BY_STATUS.find(({ statuses }) => statuses.includes(status)) ??
    ofClass(status);
  return { type: verdict.type, transient: verdict.transient, reason: `${status}: ${verdict.reason}` };
}

/** The verdict on an error that came with a 2xx status. Undefined: nothing in it says what it is. */
export function verdictOfReport(report: ProviderReport): ReportVerdict | undefined {
  const named = ofReport(report, report.status);
  if (named !== undefined) return { type: named.type, transient: named.transient, reason: named.reason };
  if (report.status !== undefined) return verdictOfStatus(report.status, report);
  if (/invalid|unsupported|bad_request/i.test(report.names)) {
    return { type: 'model.rejected', reason: 'the provider refused the request', transient: false };
  }
  return undefined;
}

function ofReport({ names, words }: ProviderReport, status: number | undefined): ReportVerdict | undefined {
  // Requests that come too fast are counted in tokens, too: only this sentence tells a single one that is too long.
  const isLimit = status === 429 || /rate_?limit|resource_?exhausted/i.test(names);
  const tooLong = isLimit ? /request too large/i : TOO_LONG_SAID;
  const blamesRequest = status !== undefined && status < 500;
  const isFault = status !== undefined && status >= 500 && status !== 529;
  return RULES.find(({ type, named, said, vague }) => {
    if (vague && blamesRequest) return false;
    // "429 RESOURCE_EXHAUSTED" of Google says "check your plan and billing" of every limit, by the minute or for good. Only
    // the name of the quota tells.
    if (type === 'model.quota_exhausted' && /resource_?exhausted/i.test(names)) return /PerDay/.test(names);
    if (named?.test(names)) return true;
    if (type === 'model.context_too_long') return tooLong.test(words) && !isOutputLimit(words);
    // A server that fails says all kinds of things about itself.
    return !isFault && said?.test(words) === true;
  });
}

/** True where only the answer that was asked for is too long: a shorter prompt would be refused, too. */
function isOutputLimit(words: string): boolean {
  return (
    /max_(?:completion_|output_|new_)?tokens\W.{0,60}(?:too large|too high|must be|at most|less than)/i.test(words) &&
    !/context|inputs?\W{0,3} tokens/i.test(words)
  );
}

function ofClass(status: number): ReportVerdict {
  if (status >= 500)
    return { type: 'model.overloaded', reason: 'the provider is overloaded or failing', transient: true };
  if (status < 400) return { type: 'model.rejected', reason: 'redirects are not followed', transient: false };
  return { type: 'model.rejected', reason: 'the provider refused the request', transient: false };
}

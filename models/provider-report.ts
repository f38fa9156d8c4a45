/** What a provider says about a failure, in whichever shape its protocol has for it. */
export interface ProviderReport {
  /** Type, code, status and reason by which the provider names the failure, in one text. */
  readonly names: string;
  /** The provider's own sentence. It may quote the request or a key, so it is redacted before it is shown. */
  readonly words: string;
  /** The HTTP status that the report names, where it names one. */
  readonly status?: number | undefined;
  /** How long it asks us to wait, in Google's notation (`3.5s`). */
  readonly retryDelay?: string | undefined;
}

const NAMING_FIELDS = ['type', 'code', 'status', 'reason', 'error_type', 'error_code', '__type', 'quotaId'];
const SAYING_FIELDS = ['message', 'detail', 'error_description', 'title', 'msg', 'raw', 'status_msg', 'faultstring'];
/** The fields in which protocols wrap the report. Only these are searched, so that a quoted request is left alone. */
const WRAPPING_FIELDS = [
  'error',
  'errors',
  'details',
  'detail',
  'innererror',
  'metadata',
  'response',
  'violations',
  'base_resp',
  'fault',
];
const MAX_DEPTH = 6;
/** More than any provider says about one failure. */
const MAX_PARTS = 50;

/** Reads the body of a refused request: JSON in the shape of any protocol, or the page of a proxy. */
export function reportOfBody(body: string): ProviderReport {
  const text = body.trim();
  try {
    const report = reportOf(JSON.parse(text));
    // Where no field is known to hold the reason, it is somewhere in the body.
    return report.words === '' ? { ...report, words: text } : report;
  } catch {
    return { names: '', words: textOfPage(text) };
  }
}

/** Reads an error that is JSON already, as in an event of a stream. */
export function reportOf(value: unknown): ProviderReport {
  const names: string[] = [];
  const words: string[] = [];
  let status: number | undefined;
  let retryDelay: string | undefined;

  const read = (part: unknown, depth: number): void => {
    if (depth > MAX_DEPTH || names.length + words.length > MAX_PARTS) return;
    if (Array.isArray(part)) {
      for (const each of part.slice(0, MAX_PARTS)) read(each, depth + 1);
      return;
    }
    if (typeof part === 'string') words.push(part);
    if (typeof part !== 'object' || part === null) return;
    // An object of JSON: its keys are strings.
    const fields = part as Record<string, unknown>;
    for (const name of NAMING_FIELDS) {
      const given = fields[name];
      if (typeof given !== 'string' && typeof given !== 'number') continue;
      names.push(String(given));
      status ??= statusOf(given);
    }
    if (typeof fields.retryDelay === 'string') retryDelay ??= fields.retryDelay;
    for (const name of SAYING_FIELDS) {
      const given = fields[name];
      if (typeof given === 'string' && given !== '') words.push(wordsOf(given));
    }
    for (const name of WRAPPING_FIELDS) {
      const given = fields[name];
      if (typeof given === 'object' || (name === 'error' && typeof given === 'string')) read(given, depth + 1);
    }
  };

  read(value, 0);
  return { names: names.join(' '), words: [...new Set(words)].join('; '), status, retryDelay };
}

/** Some gateways put the body of the provider behind them into a string. */
function wordsOf(text: string): string {
  if (!/^\s*\{/.test(text)) return text;
  try {
    return reportOf(JSON.parse(text)).words || text;
  } catch {
    return text;
  }
}

function statusOf(given: string | number): number | undefined {
  const status = /^[45]\d\d$/.exec(String(given))?.[0];
  return status === undefined ? undefined : Number(status);
}

/** What a page says to people. */
function textOfPage(page: string): string {
  return page.replace(/<(?:style|script|head)[\s\S]*?<\/(?:style|script|head)>/gi, ' ').replace(/<[^>]*>?/g, ' ');
}

import { unmarkedText } from '../../domain/exact-json.ts';
import { type ProviderReport, reportOf } from '../provider-report.ts';

/** Reads the documents of one protocol into an answer draft. It accepts every shape that has one meaning. */
export interface WireReader {
  /** One document of the stream. @param event the name of its event, which some servers give instead of a type inside */
  readonly take: (document: unknown, event: string | undefined) => void;
  /** An answer that came as one document, from a server that does not stream. */
  readonly takeWhole: (document: unknown) => void;
  /** True for a document that only a server of this protocol sends. */
  readonly isOwn: (document: unknown, event: string | undefined) => boolean;
}

/** An error that the provider reports in a response with a 2xx status. */
export class ReportedError extends Error {
  readonly report: ProviderReport;

  /** True when it came in place of an answer, false when it came in a stream. */
  readonly inPlaceOfAnswer: boolean;

  constructor(error: unknown, { inPlaceOfAnswer = false } = {}) {
    super('the provider reported an error');
    this.name = 'ReportedError';
    const report = reportOf(error);
    // Where no field is known to hold the reason, it is somewhere in the document.
    this.report = report.words === '' ? { ...report, words: unmarkedText(error) } : report;
    this.inPlaceOfAnswer = inPlaceOfAnswer;
  }
}

/** The error for a document that came in place of an answer and is none of the protocol: it reports a failure, or it is of another kind. */
export function inPlaceOfAnswer(document: unknown): ReportedError | NoAnswerError {
  const { words, status } = reportOf(document);
  const isReport = words !== '' || status !== undefined;
  return isReport ? new ReportedError(document, { inPlaceOfAnswer: true }) : new NoAnswerError(unmarkedText(document));
}

/** A response with a 2xx status that is nothing of the protocol: the page of a proxy, or a wrong address. */
export class NoAnswerError extends Error {
  constructor(body: string) {
    super(body);
    this.name = 'NoAnswerError';
  }
}

/** A stream in which something was lost: no call in it can be trusted. */
export class DamagedAnswerError extends Error {
  /** What stood there in place of the answer, where it is no piece of one. It is not fit to be shown yet. */
  readonly words: string | undefined;

  constructor(reason: string, words?: string) {
    super(reason);
    this.name = 'DamagedAnswerError';
    this.words = words;
  }
}

import { type ProviderReport, reportOf } from '../provider-report.ts';

/** Reads the documents of one protocol into an answer draft. It accepts every shape that has one meaning. */
export interface WireReader {
  /** One document of the stream. @param event the name of its event, which some servers give instead of a type inside */
  readonly take: (document: unknown, event: string | undefined) => void;
  /** An answer that came as one document, from a server that does not stream. */
  readonly takeWhole: (document: unknown) => void;
}

/** An error that the provider reports in a response with a 2xx status. */
export class ReportedError extends Error {
  readonly report: ProviderReport;

  /** True when it came in place of an answer, false when it came in a stream. */
  readonly inPlaceOfAnswer: boolean;

  constructor(error: unknown, { inPlaceOfAnswer = false } = {}) {
    super('the provider reported an error');
    this.name = 'ReportedError';
    this.report = reportOf(error);
    this.inPlaceOfAnswer = inPlaceOfAnswer;
  }
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
  constructor(reason: string) {
    super(reason);
    this.name = 'DamagedAnswerError';
  }
}

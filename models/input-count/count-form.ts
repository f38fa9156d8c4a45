export type JsonObject = Readonly<Record<string, unknown>>;

/** How a protocol is asked how many input tokens a request has. Providers answer that question free of charge. */
export interface CountForm {
  /**
   * Makes the question from the request that is to be counted.
   * @returns undefined when the request has something that the question can't say: its count would be too small
   */
  question(url: string, body: JsonObject): { readonly url: string; readonly body: JsonObject } | undefined;
  /** Finds the number in the answer. It is checked by the caller. */
  tokensIn(answer: JsonObject): unknown;
}

export function withoutFields(body: JsonObject, fields: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !fields.has(name)));
}

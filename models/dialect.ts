/**
 * What differs between servers of the same protocol in the requests that they take. The adapters know what is usual, and
 * a server that is different may be told of or learned.
 */
export interface Dialect {
  /**
   * Where the context that changes every turn goes. `own_part`: into a part of its own behind the parts of the last
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
  /** True when only a model may answer results of tools, so that a user's message needs one between. */
  readonly alternatingRoles: boolean;
}

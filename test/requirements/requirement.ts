/** Something that users or colleagues may rely on. requirements.test.ts fails while no test cites it. */
export interface Requirement {
  /** I1 to I10 for the invariants, otherwise `area:topic:guarantee`. An id never changes its meaning. */
  readonly id: string;
  /** One sentence that a test can prove wrong. */
  readonly sentence: string;
  /**
   * The page that makes the promise, and its section: "docs/sessions.md, Reading it". Pages outside this repository are
   * the product page ("Agent Runs, 5. Mid-Run Steering") and the wire contract ("Wire contract, Common").
   */
  readonly where: string;
}

/** Where a Temporal cluster is, and what it takes to be let in. */
export interface TemporalAddress {
  /** `host:port` of its frontend. */
  readonly address: string;
  readonly namespace: string;
  /** Implies TLS. A secret: never logged (I10). */
  readonly apiKey?: string | undefined;
  readonly tls?: boolean | undefined;
}

import type { StrictRequest } from '../support/strict-server.ts';

/** Watches the requests of one session for the messages of its user. */
export interface MessageWitness {
  tag(message: number): string;
  /** Looks at a request that a server took. */
  saw(request: StrictRequest): void;
  /** The latest message that a request has shown. -1: none. */
  readonly latest: number;
  readonly violations: readonly string[];
}

/**
 * The latest message of the user must be in every request. A server can't know which messages were read, but it sees
 * that a message that one request showed as the latest is in all requests after it until a later one comes.
 */
export function createMessageWitness(session: string): MessageWitness {
  const violations: string[] = [];
  const tags = new RegExp(`${session}-M(\\d+)\\.`, 'g');
  let latest = -1;
  return {
    tag: (message) => `${session}-M${message}.`,
    saw({ items, forSummary, protocol }) {
      if (forSummary) return;
      const texts = items.map((item) => (item.kind === 'user' ? item.text : ''));
      const shown = texts.flatMap((text) => [...text.matchAll(tags)].map(([, message]) => Number(message)));
      const newest = Math.max(-1, ...shown);
      if (newest < latest || newest === -1) {
        violations.push(`A request of ${protocol} shows message ${newest} of ${session} as the latest, not ${latest}.`);
      }
      latest = Math.max(latest, newest);
    },
    get latest() {
      return latest;
    },
    violations,
  };
}

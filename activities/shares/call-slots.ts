import { createFairShares, type Release } from '../../processes/fair-shares.ts';

/** A call to a model or to a tool server that wants a slot of this process. */
export interface SlotCall {
  /** Names the call among all calls of its kind. */
  readonly key: string;
  readonly tenantId: string;
  /** The part of the tenant. The parts of a tenant share its slots fairly. */
  readonly part: string;
  /** The session to wake when there is a slot. */
  readonly sessionId: string;
  /** The time for which the call has waited before, perhaps in another process. */
  readonly waitedMs?: number | undefined;
}

/**
 * The slots for calls of one kind that are under way in this process. A call that is over the share of its tenant waits in its
 * workflow and holds nothing meanwhile. When a slot becomes free for it, its session is woken, and the slot is kept for a while.
 */
export interface CallSlots {
  /** Keeps a slot for the call until it begins. @returns false when the call has to wait */
  admit(call: SlotCall): boolean;
  /** Takes the slot that is kept for the call, or a free one. @returns undefined when the call has to wait */
  begin(call: SlotCall): Release | undefined;
  /** Takes a free slot for a call that does not wait for one. */
  tryBegin(call: Pick<SlotCall, 'tenantId'> & { readonly agentId?: string | undefined }): Release | undefined;
  /** Gives free slots to calls that wait: their tenant may have become less crowded. */
  offer(): void;
  /** Has the calls of a tenant wait no more. @returns the sessions that waited, which the caller wakes */
  dismiss(tenantId: string): string[];
  /** Whether a call of the session waits for a slot of this process. It asks again by itself. */
  isAwaitedBy(sessionId: string): boolean;
  /** The slots that a tenant has, with those that are kept for its calls. */
  held(tenantId: string): number;
  /** The time after which a call that was not woken asks again: a wake-up may be lost. */
  readonly lookMs: number;
}

/** The sessions that wait in a process ask at most so often together, since each time costs a task of a workflow. */
const LOOKS_PER_SECOND = 3;
const LEAST_LOOK_MS = 5_000;
const LONGEST_LOOK_MS = 60_000;
/** A slot is kept for so long for a call that is about to begin here. It may begin in another process. */
const ADMITTED_MS = 5_000;
/** The same for a call that was woken and has to ask again first. Its session may have ended. */
const WOKEN_MS = 10_000;
/** A call that has not asked again for so long waits elsewhere, or not any more. */
const FORGOTTEN_MS = LONGEST_LOOK_MS + 15_000;

interface WaitingCall {
  readonly tenantId: string;
  readonly sessionId: string;
  readonly forget: () => void;
  readonly timer: NodeJS.Timeout;
}

/** When calls ask again is spread by this share, so that those that began to wait together do not ask together. */
const SPREAD = 0.25;

export function createCallSlots(options: {
  readonly capacity: number;
  /** The slots that every tenant can have, whatever the others hold. */
  readonly floor: number;
  /**
   * While so many calls of a tenant are about to begin or have ended, and wait for the process, no other call of it begins: it
   * would wait, too, and hold an activity meanwhile. It is asked whenever a slot is given.
   */
  readonly crowd: () => number;
  /** The number of calls of a tenant that wait in this process for their turn. */
  readonly crowdOf: (tenantId: string) => number;
  readonly weightOf?: ((tenantId: string) => number) | undefined;
  readonly wake: (sessionId: string) => void;
  /** Told of each slot that a tenant takes. @returns what is called when the tenant gives it back */
  readonly held: (tenantId: string) => Release;
  /** The same for calls that wait. */
  readonly waits: (tenantId: string) => Release;
  readonly nowMs: () => number;
  /** Answers numbers from 0 to 1. */
  readonly random: () => number;
}): CallSlots {
  const { capacity, floor, crowd, crowdOf, weightOf, wake, held, waits, nowMs, random } = options;
  /** The calls that are about to begin have a slot already. */
  const most = (tenantId: string) => {
    const beginning = shares.held(tenantId) - (begun.get(tenantId) ?? 0);
    return crowdOf(tenantId) + beginning < crowd() ? capacity : 0;
  };
  const shares = createFairShares({ capacity, floor, most, weightOf });
  const kept = new Map<string, { readonly release: Release; readonly timer: NodeJS.Timeout }>();
  /** The number of calls of each tenant that have begun. */
  const begun = new Map<string, number>();
  const waiting = new Map<string, WaitingCall>();

  function keep(key: string, release: Release, forMs: number): void {
    const timer = setTimeout(() => taken(key)?.(), forMs).unref();
    kept.set(key, { release, timer });
  }

  function taken(key: string): Release | undefined {
    const found = kept.get(key);
    if (found === undefined) return undefined;
    kept.delete(key);
    clearTimeout(found.timer);
    return found.release;
  }

  function wait({ key, tenantId, part, sessionId, waitedMs = 0 }: SlotCall): void {
    const before = waiting.get(key);
    if (before !== undefined) {
      before.timer.refresh();
      return;
    }
    const noLonger = waits(tenantId);
    const forgetting = new AbortController();
    const forget = () => forgetting.abort();
    waiting.set(key, { tenantId, sessionId, forget, timer: setTimeout(forget, FORGOTTEN_MS).unref() });
    shares
      .take({ tenantId, part }, { signal: forgetting.signal, sinceMs: nowMs() - waitedMs })
      .then(
        (release) => {
          keep(key, release, WOKEN_MS);
          wake(sessionId);
        },
        () => undefined,
      )
      .finally(() => {
        noLonger();
        clearTimeout(waiting.get(key)?.timer);
        waiting.delete(key);
      });
  }

  /** @returns the slot of the call, or undefined when it waits for one from now on */
  function slotOf(call: SlotCall): Release | undefined {
    const found = taken(call.key);
    if (found !== undefined) return found;
    const free = waiting.has(call.key) ? undefined : shares.tryTake(call);
    if (free === undefined) wait(call);
    return free;
  }

  function count(tenantId: string, more: 1 | -1): void {
    const calls = (begun.get(tenantId) ?? 0) + more;
    if (calls === 0) begun.delete(tenantId);
    else begun.set(tenantId, calls);
  }

  /** A slot in use, which the tenant is seen to hold. */
  function used(tenantId: string, slot: Release): Release {
    const given = held(tenantId);
    count(tenantId, 1);
    return () => {
      count(tenantId, -1);
      given();
      slot();
    };
  }

  return {
    get lookMs() {
      const togetherMs = (waiting.size * 1_000) / LOOKS_PER_SECOND;
      const lookMs = Math.min(LONGEST_LOOK_MS, Math.max(LEAST_LOOK_MS, togetherMs));
      return Math.round(lookMs * (1 - SPREAD * random()));
    },
    admit(call) {
      const slot = slotOf(call);
      if (slot === undefined) return false;
      keep(call.key, slot, ADMITTED_MS);
      return true;
    },
    begin(call) {
      const slot = slotOf(call);
      // The call itself may wait for its turn now, and counts then.
      queueMicrotask(shares.offer);
      return slot && used(call.tenantId, slot);
    },
    tryBegin({ tenantId, agentId }) {
      const slot = shares.tryTake({ tenantId, part: agentId }, capacity);
      return slot && used(tenantId, slot);
    },
    offer: shares.offer,
    isAwaitedBy: (sessionId) => [...waiting.values()].some((each) => each.sessionId === sessionId),
    held: shares.held,
    dismiss(tenantId) {
      const dismissed = [...waiting.values()].filter((each) => each.tenantId === tenantId);
      for (const { forget } of dismissed) forget();
      return dismissed.map(({ sessionId }) => sessionId);
    },
  };
}

import type { LargeMessages } from './large-messages.ts';

/** The place of the large message that is being read on one stream, if it is large. */
export interface HeldPlace {
  readonly isHeld: boolean;
  /** Waits for a place, unless it is held. @throws the reason of the signal */
  take(signal: AbortSignal | undefined): Promise<void>;
  /** The message was passed on: its place is kept until then. Undefined: nobody stores it. */
  passOn(keptUntil: AbortSignal | undefined): void;
  giveBack(): void;
}

export function createHeldPlace(places: LargeMessages): HeldPlace {
  let leave: (() => void) | undefined;
  const giveBack = () => {
    const held = leave;
    leave = undefined;
    held?.();
  };
  return {
    get isHeld() {
      return leave !== undefined;
    },
    async take(signal) {
      if (leave !== undefined) return;
      const release = await places.enter(signal);
      // A caller that gave up on the request may stop reading without a word, so the signal gives the place back.
      signal?.addEventListener('abort', giveBack, { once: true });
      leave = () => {
        signal?.removeEventListener('abort', giveBack);
        release();
      };
      if (signal?.aborted) giveBack();
    },
    passOn(keptUntil) {
      const held = leave;
      leave = undefined;
      if (keptUntil === undefined || keptUntil.aborted) held?.();
      else if (held !== undefined) keptUntil.addEventListener('abort', held, { once: true });
    },
    giveBack,
  };
}

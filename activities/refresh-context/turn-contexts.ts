import { createHash } from 'node:crypto';
import { assembleContext, type ContextInputs } from '../../domain/context-assembly.ts';
import type { SourceManifest } from '../../domain/turn-record.ts';
import { messageBytesBound, systemBytesBound } from '../../models/request-bound.ts';

/** A text of a context as it is stored, with its bound in a request. */
export interface ContextBlock {
  readonly hash: string;
  readonly text: string;
  readonly bytesBound: number;
}

/** The assembled context of a turn. */
export interface TurnContext {
  readonly sources: readonly SourceManifest[];
  readonly tokens: number;
  readonly system: ContextBlock;
  /** Its text is empty when no volatile source has anything. */
  readonly volatile: ContextBlock;
}

export interface TurnContexts {
  of(inputs: ContextInputs): TurnContext;
}

const KEPT_CONTEXTS = 256;

/**
 * The context of an agent is the same on most turns, and cutting, counting and hashing it takes 0.06 ms without documents and
 * 0.4 ms with sixteen: a few are kept, by all that they are made of.
 */
export function createTurnContexts(): TurnContexts {
  const kept = new Map<string, TurnContext>();
  return {
    of(inputs) {
      const key = sha256(JSON.stringify(inputs));
      const known = kept.get(key);
      if (known !== undefined) return known;
      const context = assembled(inputs);
      const oldest = kept.keys().next();
      if (kept.size >= KEPT_CONTEXTS && !oldest.done) kept.delete(oldest.value);
      kept.set(key, context);
      return context;
    },
  };
}

function assembled(inputs: ContextInputs): TurnContext {
  const { system, volatile, sources } = assembleContext(inputs);
  return {
    sources,
    tokens: sources.reduce((sum, source) => sum + source.tokens, 0),
    system: { hash: sha256(system), text: system, bytesBound: systemBytesBound(system) },
    volatile: {
      hash: sha256(volatile),
      text: volatile,
      bytesBound: messageBytesBound({ role: 'user', text: volatile }),
    },
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

import { createHmac, timingSafeEqual } from 'node:crypto';

// Constant, so that a signature outlives a restart of the server; it guards nothing but the simulation's faithfulness.
const signingKey = 'agent-runs-simulated-provider';

/** Base64, as the real protocols have it; bound to the model, so that a foreign or replaced one is refused. */
export function signReasoning(model: string, content: string): string {
  return createHmac('sha256', signingKey).update(`${model}\n${content}`).digest('base64');
}

export function isOwnSignature(signature: string, model: string, content: string): boolean {
  const expected = Buffer.from(signReasoning(model, content));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

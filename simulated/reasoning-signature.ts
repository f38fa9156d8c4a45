import { createHmac, timingSafeEqual } from 'node:crypto';

// A constant, so that signatures stay valid when the server restarts. It protects nothing: it only makes the simulation faithful.
const signingKey = 'agent-runs-simulated-provider';

/** Signs in Base64, as the real protocols do. The model is signed too, so that reasoning of another model is refused. */
export function signReasoning(model: string, content: string): string {
  return createHmac('sha256', signingKey).update(`${model}\n${content}`).digest('base64');
}

export function isOwnSignature(signature: string, model: string, content: string): boolean {
  const expected = Buffer.from(signReasoning(model, content));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** A stream of random numbers that is a pure function of its seed. */
export interface SeededRandom {
  /** Uniform in the open interval (0, 1), 32 bits. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Gamma with this shape (> 0) and scale 1. @throws RangeError */
  gamma(shape: number): number;
}

/**
 * sfc32 (Doty-Humphrey, PractRand), seeded with the 128-bit cyrb128 hash of the string's UTF-16 code units. The bits
 * are made by integer arithmetic modulo 2^32 alone, so a decision that is seeded from (session, turn, n) can be
 * replayed anywhere. Normals come from Marsaglia's polar method, gammas from Marsaglia and Tsang (2000).
 */
export function seededRandom(seed: string): SeededRandom {
  let [a, b, c, counter] = hash128(seed);

  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  // The first outputs of similar seeds ("…:1", "…:2") are alike. The author of sfc32 discards 12.
  for (let i = 0; i < 12; i++) next();

  const uniform = (): number => (next() + 0.5) / 4294967296;

  let spare: number | undefined;
  const normal = (): number => {
    if (spare !== undefined) {
      const kept = spare;
      spare = undefined;
      return kept;
    }
    for (;;) {
      const x = 2 * uniform() - 1;
      const y = 2 * uniform() - 1;
      const radius = x * x + y * y;
      if (radius >= 1 || radius === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(radius)) / radius);
      spare = y * scale;
      return x * scale;
    }
  };

  const gamma = (shape: number): number => {
    if (!(shape > 0 && Number.isFinite(shape)))
      throw new RangeError('The shape of a gamma must be positive and finite.');
    // For k < 1: Gamma(k) = Gamma(k + 1) · U^(1/k).
    if (shape < 1) return gamma(shape + 1) * uniform() ** (1 / shape);
    const d = shape - 1 / 3;
    const k = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = normal();
      const root = 1 + k * x;
      if (root <= 0) continue;
      const v = root * root * root;
      const u = uniform();
      if (u < 1 - 0.0331 * x * x * x * x) return d * v;
      if (Math.log(u) < 0.5 * x * x + d * (1 - v + Math.log(v))) return d * v;
    }
  };

  return { uniform, normal, gamma };
}

/** cyrb128: four 32-bit words, each mixed with every code unit. It is not cryptographic. */
function hash128(text: string): [number, number, number, number] {
  let h1 = 1779033703;
  let h2 = 3144134277;
  let h3 = 1013904242;
  let h4 = 2773480762;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    h1 = h2 ^ Math.imul(h1 ^ unit, 597399067);
    h2 = h3 ^ Math.imul(h2 ^ unit, 2869860233);
    h3 = h4 ^ Math.imul(h3 ^ unit, 951274213);
    h4 = h1 ^ Math.imul(h4 ^ unit, 2716044179);
  }
  h1 = Math.imul(h3 ^ (h1 >>> 18), 597399067);
  h2 = Math.imul(h4 ^ (h2 >>> 22), 2869860233);
  h3 = Math.imul(h1 ^ (h3 >>> 17), 951274213);
  h4 = Math.imul(h2 ^ (h4 >>> 19), 2716044179);
  return [h1 ^ h2 ^ h3 ^ h4, h2 ^ h1, h3 ^ h1, h4 ^ h1];
}

const NANO_DIGITS = 9;
const NANO_PER_USD = 10n ** BigInt(NANO_DIGITS);

/** A bound on one amount, so that sums of many amounts fit into Postgres' bigint (9.2e18 nano-dollars). */
const MAX_USD = 1_000_000_000;

/**
 * Converts US dollars to integer nano-dollars, rounded half up at 1e-9. The number counts as its shortest decimal form,
 * so 0.1 is exactly 100,000,000.
 * @throws RangeError for NaN, infinities, negative amounts and more than a billion dollars
 */
export function nanoFromUsd(usd: number): bigint {
  if (!Number.isFinite(usd)) throw new RangeError('An amount of money must be a finite number.');
  if (usd < 0) throw new RangeError('An amount of money must not be negative.');
  if (usd > MAX_USD) throw new RangeError(`An amount of money must be at most ${MAX_USD} USD.`);
  // The shortest decimal form, such as "12.5", "1e-7" or "1.5e-10". Below MAX_USD no exponent is positive.
  const [mantissa = '0', exponent = '0'] = usd.toString().split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  const digits = BigInt(whole + fraction);
  const scale = NANO_DIGITS + Number(exponent) - fraction.length;
  if (scale >= 0) return digits * 10n ** BigInt(scale);
  const divisor = 10n ** BigInt(-scale);
  return (digits + divisor / 2n) / divisor;
}

/**
 * Converts integer nano-dollars to US dollars as the wire shows them: the nearest JSON number. Savings may be negative.
 */
export function usdFromNano(nano: bigint): number {
  const magnitude = nano < 0n ? -nano : nano;
  const fraction = (magnitude % NANO_PER_USD).toString().padStart(NANO_DIGITS, '0');
  const usd = Number(`${magnitude / NANO_PER_USD}.${fraction}`);
  return nano < 0n ? -usd : usd;
}

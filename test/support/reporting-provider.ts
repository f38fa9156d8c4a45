import type { ModelUsage } from '../../domain/model-usage.ts';

/** A provider whose reports are compared with the ledger (I3). */
export interface ReportingProvider {
  readonly name: string;
  /** What it has sent, by request. */
  report(): Promise<{
    readonly requests: readonly {
      readonly model: string | null;
      readonly sent: { readonly usage: ModelUsage | null; readonly usageComplete: boolean };
    }[];
  }>;
  /** The cost of an answer with this usage in nano-dollars, at the prices given at registration. */
  costNano(model: string, usage: ModelUsage): bigint;
}

/** @returns nano-dollars, rounded up once */
export function costNanoAt(
  { inputUsdPerMtok, outputUsdPerMtok }: { readonly inputUsdPerMtok: number; readonly outputUsdPerMtok: number },
  usage: ModelUsage,
): bigint {
  // A price of 1e-6 dollars a million tokens is a thousandth of a nano-dollar a token.
  const milliNano =
    BigInt(usage.inputTokens) * BigInt(Math.round(inputUsdPerMtok * 1e6)) +
    BigInt(usage.outputTokens) * BigInt(Math.round(outputUsdPerMtok * 1e6));
  return (milliNano + 999n) / 1_000n;
}

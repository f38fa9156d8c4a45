/** Providers say what is wrong in a few hundred bytes, and the page of a proxy in a few thousand. */
const MOST_BYTES = 16_384;
const WAIT_MS = 5_000;

/**
 * The response of a refused request with no more of its body than an error needs: one that never ends, or stalls, must
 * not hold up the model that is asked next.
 */
export async function withBoundedBody(response: Response): Promise<Response> {
  const pieces: Uint8Array[] = [];
  const reader = response.body?.getReader();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, WAIT_MS, undefined);
  });
  try {
    for (let bytes = 0; reader !== undefined && bytes < MOST_BYTES; ) {
      const next = await Promise.race([reader.read(), late]);
      if (next === undefined || next.done) break;
      const piece = next.value.subarray(0, MOST_BYTES - bytes);
      pieces.push(piece);
      bytes += piece.byteLength;
    }
  } catch {
    // The status has said what matters; what arrived of the body is kept.
  } finally {
    clearTimeout(timer);
    reader?.cancel().catch(() => {});
  }
  const { status, statusText, headers } = response;
  const kept = new Headers(headers);
  kept.delete('content-length');
  return new Response(status === 304 ? null : Buffer.concat(pieces), { status, statusText, headers: kept });
}

import { createHash } from 'node:crypto';
import { idempotencyKeySchema } from '../contract/idempotency.ts';
import { canonicalJson } from '../domain/canonical-json.ts';
import { answerOnce, answerUnderLease, type WorkedAnswer } from '../service/verb/idempotency.ts';
import { ServiceError } from '../service/verb/service-error.ts';
import type { AnyRequest, Route } from './route.ts';

const REPLAYED = 'Idempotent-Replayed';

/** Serves a POST with an Idempotency-Key. Its route works on it once; afterwards the stored answer is sent. */
export async function serveOnce(served: Route, path: string, request: AnyRequest, key: string): Promise<Response> {
  if (!idempotencyKeySchema.safeParse(key).success) {
    throw new ServiceError('invalid_request', 'The Idempotency-Key must be 1 to 255 printable ASCII characters.', {
      param: 'Idempotency-Key',
    });
  }
  const body = await request.body();
  // The header `prefer` is left out: a client may ask for the session of its run first and follow it later.
  const sha256 = createHash('sha256')
    .update(canonicalJson([served.method, path, request.query, body ?? null]))
    .digest();
  const once = served.dialsOut ? answerUnderLease : answerOnce;
  const { answer, replayed } = await once(request.ctx, { key, sha256 }, async (ctx) =>
    worked(served, await served.handle({ ...request, ctx, body: async () => body })),
  );
  const response = new Response(answer.body, { status: answer.status, headers: answer.headers });
  if (replayed) response.headers.set(REPLAYED, 'true');
  return response;
}

export function isReplayed(response: Response): boolean {
  return response.headers.has(REPLAYED);
}

async function worked({ storedAs }: Route, response: Response): Promise<WorkedAnswer> {
  const shown = {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  };
  if (storedAs === undefined) return { shown, stored: shown };
  return { shown, stored: { ...shown, body: JSON.stringify(storedAs.parse(JSON.parse(shown.body))) } };
}

import {
  type AskedVector,
  embeddedText,
  type StoredVector,
  storedVector,
  type VectorSpace,
} from '../../domain/meaning.ts';
import type { MemorySearchLine, Report } from '../../processes/log-line.ts';
import type { TenantMeter } from '../../processes/tenant-meter.ts';
import { type Embed, EmbeddingsError } from './embeddings-client.ts';
import { measureSpace } from './vector-space.ts';

/** Vectors of texts, from the embedding model of this installation. */
export interface Meaning {
  /**
   * The vector of a question of a tenant. It never throws, and it waits for `waitMs`, or for `leastMs` where that is longer. Undefined: there
   * is none in this time, and the question is answered by words alone.
   */
  vectorOf(tenantId: string, text: string, leastMs?: number): Promise<AskedVector | undefined>;
  /** The space of the model. Undefined: the end point is away, or left alone for a while because it was. */
  space(): Promise<VectorSpace | undefined>;
  /**
   * The vectors of facts of a tenant, in their order. Null: the model refuses the fact. Undefined: the end point is away, its model has
   * changed, or the request was given up, and nothing can be said.
   */
  vectorsOf(
    tenantId: string,
    texts: readonly string[],
    space: VectorSpace,
    givenUp?: AbortSignal,
  ): Promise<(StoredVector | null)[] | undefined>;
}

export interface MeaningDeps {
  readonly embed: Embed;
  readonly model: string;
  /** The time that a question waits. */
  readonly waitMs: number;
  /** Tells whether the database has what it compares vectors with. */
  readonly hasVectorExtension: () => Promise<boolean>;
  readonly nowMs: () => number;
  readonly meter: Pick<TenantMeter, 'add'>;
  readonly report: Report;
  /** Gives up all requests when it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** The time for the vectors of many texts. Default 30 s. */
  readonly patienceMs?: number | undefined;
}

const PATIENCE_MS = 30_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** More questions at once are answered by words alone: of all tenants together, and of one of them. */
const QUESTIONS_AT_ONCE = { all: 32, tenant: 24 };
/** A text that is refused is tried once more, as short as any model takes it. */
const SHORT_CHARACTERS = 400;
const PROBE = 'Hello.';
const BY_MEANING = { by: 'words_and_meaning', cause: 'memory.embeddings' } as const;

/**
 * Makes the vectors of texts. The log says what memory is searched by, at first and whenever that changes. After a failure the
 * end point is left alone for a second, and for twice as long after each further one, up to a minute. A database without the
 * extension is asked again after a minute.
 */
export function createMeaning(deps: MeaningDeps): Meaning {
  const { embed, model, nowMs, patienceMs = PATIENCE_MS } = deps;
  let known: VectorSpace | undefined;
  let measuring: Promise<VectorSpace | undefined> | undefined;
  let failures = 0;
  let resumeAtMs = 0;
  let questions = 0;
  const questionsOf = new Map<string, number>();
  let reported: string | undefined;

  const isLeftAlone = () => nowMs() < resumeAtMs;

  function say(line: Omit<MemorySearchLine, 'event' | 'model'>): void {
    const said = JSON.stringify(line);
    if (said !== reported) deps.report({ event: 'memory_search', model, ...line });
    reported = said;
  }

  function failed(error: unknown): void {
    resumeAtMs = nowMs() + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
    failures += 1;
    const { code, status } =
      error instanceof EmbeddingsError ? error : { code: 'embeddings.unreachable', status: undefined };
    say({ by: 'words', cause: code, status });
  }

  /** @param tenantId undefined: the service asks for itself */
  async function asked(
    tenantId: string | undefined,
    texts: readonly string[],
    timeoutMs: number,
    givenUp?: AbortSignal,
  ): Promise<number[][]> {
    if (tenantId !== undefined) deps.meter.add(tenantId, 'embedding_requests', 1);
    const ends = [AbortSignal.timeout(timeoutMs), deps.signal, givenUp].filter((signal) => signal !== undefined);
    const vectors = await embed(texts, AbortSignal.any(ends));
    failures = 0;
    if (known !== undefined) say(BY_MEANING);
    return vectors;
  }

  /** Vectors of another length are of another model, which took the place of the one that was measured. */
  function isOf(space: VectorSpace, vectors: readonly (readonly number[])[]): boolean {
    if (vectors.every(({ length }) => `${model}/${length}` === space.id)) return true;
    known = undefined;
    return false;
  }

  async function measured(): Promise<VectorSpace | undefined> {
    try {
      if (await deps.hasVectorExtension()) {
        known = await measureSpace((texts) => asked(undefined, texts, patienceMs), model);
        say(BY_MEANING);
      } else {
        resumeAtMs = nowMs() + LONGEST_PAUSE_MS;
        say({ by: 'words', cause: 'memory.no_vector_extension' });
      }
    } catch (error) {
      failed(error);
    }
    measuring = undefined;
    return known;
  }

  function space(): Promise<VectorSpace | undefined> {
    if (known !== undefined) return Promise.resolve(known);
    if (isLeftAlone()) return Promise.resolve(undefined);
    measuring ??= measured();
    return measuring;
  }

  /**
   * Tells whether a failure is about the texts of its request. Some servers answer a text that is too long with status 500, so an
   * end point that serves another text at once has refused this one.
   */
  async function isAboutTexts(error: unknown, givenUp: AbortSignal | undefined): Promise<boolean> {
    if (isRefusal(error)) return true;
    return asked(undefined, [PROBE], patienceMs, givenUp).then(
      () => true,
      () => false,
    );
  }

  /** A text that the model refuses is tried again when it is shorter. Null: it is refused all the same. */
  async function vectorOfOne(tenantId: string, text: string, givenUp?: AbortSignal): Promise<number[] | null> {
    for (const shorter of [text, text.slice(0, SHORT_CHARACTERS).toWellFormed()]) {
      try {
        const [vector] = await asked(tenantId, [shorter], patienceMs, givenUp);
        return vector ?? null;
      } catch (error) {
        if (!(await isAboutTexts(error, givenUp))) throw error;
      }
    }
    return null;
  }

  return {
    space,
    async vectorOf(tenantId, text, leastMs = 0) {
      const sent = embeddedText(text);
      if (sent === '' || isLeftAlone()) return undefined;
      const ofTenant = questionsOf.get(tenantId) ?? 0;
      if (questions >= QUESTIONS_AT_ONCE.all || ofTenant >= QUESTIONS_AT_ONCE.tenant) return undefined;
      if (known === undefined) {
        // To measure the space takes longer than a question may wait.
        void space();
        return undefined;
      }
      const of = known;
      questions += 1;
      questionsOf.set(tenantId, ofTenant + 1);
      try {
        const [vector = []] = await asked(tenantId, [sent], Math.max(deps.waitMs, leastMs));
        return isOf(of, [vector]) && hasDirection(vector) ? { ...storedVector(vector), space: of } : undefined;
      } catch (error) {
        if (!isRefusal(error)) failed(error);
        return undefined;
      } finally {
        questions -= 1;
        const left = (questionsOf.get(tenantId) ?? 1) - 1;
        if (left > 0) questionsOf.set(tenantId, left);
        else questionsOf.delete(tenantId);
      }
    },
    async vectorsOf(tenantId, texts, of, givenUp) {
      const sent = texts.map(embeddedText);
      try {
        const vectors: (number[] | null)[] = await asked(tenantId, sent, patienceMs, givenUp).catch(
          async (error: unknown) => {
            if (!(await isAboutTexts(error, givenUp))) throw error;
            const each: (number[] | null)[] = [];
            for (const text of sent) each.push(await vectorOfOne(tenantId, text, givenUp));
            return each;
          },
        );
        const made = vectors.filter((vector) => vector !== null);
        if (!isOf(of, made)) return undefined;
        return vectors.map((vector) => (vector !== null && hasDirection(vector) ? storedVector(vector) : null));
      } catch (error) {
        // That says nothing about the end point.
        if (!givenUp?.aborted) failed(error);
        return undefined;
      }
    },
  };
}

/** A vector of zeros has no angle to any other. */
function hasDirection(vector: readonly number[]): boolean {
  return vector.some((value) => value !== 0);
}

/** These statuses say that the request itself is at fault. */
const REFUSALS: readonly (number | undefined)[] = [400, 413, 422];

function isRefusal(error: unknown): boolean {
  return error instanceof EmbeddingsError && REFUSALS.includes(error.status);
}

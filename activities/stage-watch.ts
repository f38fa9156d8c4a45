import type { StagePlace } from './own-failures.ts';

/** Knows which stages are under way, so that it is known which ones a worker may have died of. */
export interface StageWatch {
  run<Result>(tenantId: string, place: StagePlace, work: () => Promise<Result>): Promise<Result>;
}

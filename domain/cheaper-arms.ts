import type { Arm } from './arms.ts';

/** To how many tokens of transcript prompts are shrunk, one length after the other. The latest message is always whole or cut. */
const SHRUNK_TRANSCRIPTS = [16_384, 4_096, 1_024] as const;

/** Makes the arms of models, with prompts of at most so much transcript. Undefined: as much as each model can hold. */
export type ArmsWithin<Model> = (models: readonly Model[], mostTranscriptTokens: number | undefined) => readonly Arm[];

/**
 * Looks for a cheaper way to serve a turn that no model of its run can be paid for. First the run's own models are given less
 * to read. Then the other models of the tenant are tried too, with whole prompts, then with shrunk ones. Each prompt is as
 * long as money allows, because a short one costs the answer some of its quality.
 * @returns the arms of the first way in which at least one can serve the turn; undefined when there is none
 */
export function cheaperArms<Model>(
  own: readonly Model[],
  others: readonly Model[],
  armsWithin: ArmsWithin<Model>,
): readonly Arm[] | undefined {
  const ways: [readonly Model[], number | undefined][] = SHRUNK_TRANSCRIPTS.map((most) => [own, most]);
  if (others.length > 0) {
    const all = [...own, ...others];
    ways.push([all, undefined], ...SHRUNK_TRANSCRIPTS.map((most): [readonly Model[], number] => [all, most]));
  }
  for (const [models, most] of ways) {
    const arms = armsWithin(models, most);
    if (arms.some(({ obstacle }) => obstacle === undefined)) return arms;
  }
  return undefined;
}

/** The languages of the fenced blocks of a README, and what stands in them. */
export interface Block {
  readonly language: string;
  readonly text: string;
}

export function blocksOf(readme: string): Block[] {
  return [...readme.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({ language, text }));
}

/** The snippets of a README, one after the other: what somebody has who pastes them in order into one file. */
export function tourOf(readme: string, language: string): string {
  return blocksOf(readme)
    .filter((block) => block.language === language)
    .map((block) => block.text)
    .join('\n');
}

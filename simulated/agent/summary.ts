import { keywordHits, type Note } from './notes.ts';
import type { Persona } from './persona.ts';
import { keywordsOf, subjectOf, wordsOf } from './task.ts';

const findingWords =
  /\b(found|finds?|shows?|shown|reports?|because|improve[sd]?|reduce[sd]?|however|cannot|fails?|per ?cent|\d+ ?%)/i;

/** The sentences of a note that say most about the keywords, in the note's order. */
export function bestSentences(note: Note, keywords: readonly string[], count: number): string[] {
  const scored = note.sentences.map((sentence, index) => ({
    sentence,
    index,
    score: 3 * keywordHits(sentence, keywords) + (findingWords.test(sentence) ? 2 : 0) + (index === 0 ? 1 : 0),
  }));
  return scored
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, count)
    .sort((a, b) => a.index - b.index)
    .map((each) => each.sentence);
}

/** Writes a summary of at most `maxCharacters` in Markdown. Its paragraphs are sentences of the notes and name their source. */
export function summarize(
  notes: readonly Note[],
  tasks: readonly string[],
  persona: Persona,
  maxCharacters: number,
): string {
  const keywords = keywordsOf(tasks.join('\n'));
  const subject = subjectOf(tasks);
  const opening = persona.synthesizes
    ? `# Summary: ${subject}\n\n${notes.length === 1 ? 'One note says' : `${notes.length} notes say`} something on ${subject}.`
    : `Key findings on ${subject}:`;
  const paragraphs = [opening];
  let length = opening.length;
  const add = (paragraph: string) => {
    if (length + paragraph.length + 2 > maxCharacters) return;
    paragraphs.push(paragraph);
    length += paragraph.length + 2;
  };
  for (const note of notes) {
    const said = bestSentences(note, keywords, persona.sentencesPerNote).join(' ');
    if (said === '') continue;
    add(persona.synthesizes ? `**${note.title}** (${note.name}): ${said}` : `- ${said} (${note.name})`);
  }
  if (persona.synthesizes) {
    const themes = sharedThemes(notes, keywords);
    if (themes.length > 0) add(`Themes that recur across the notes: ${themes.join(', ')}.`);
    add(`Sources: ${notes.map((note) => note.name).join(', ')}.`);
  }
  return paragraphs.join('\n\n');
}

/** Long words that most notes share and that are not keywords. */
function sharedThemes(notes: readonly Note[], keywords: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const note of notes) {
    for (const word of new Set(wordsOf(note.sentences.join(' ')))) {
      if (word.length >= 7 && !keywords.includes(word)) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  return [...counts]
    .filter(([, count]) => count >= 2 && count * 2 > notes.length)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, 4)
    .map(([word]) => word);
}

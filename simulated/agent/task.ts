const fillers = new Set(
  `a about across add again all also an and any are as at be been but by can could do does each every find for from get give
  go has have here how i if in into is it its just know let like look me more most much my need new no not of on once one or
  other our out over please really recent latest read research say see should show so some such take tell than that the their
  them then there these they this those through to too try up us use using very want was we were what when where which who
  why will with would write you your check explore investigate learn main key point summarise summarize summary overview
  report result results search finding findings short brief list make create`.split(/\s+/),
);

/** Words for the kind of a source. They count as the subject of a task only when it has no other words. */
const kindsOfSource = new Set(['article', 'document', 'file', 'literature', 'note', 'paper', 'source', 'workspace']);

const maxKeywords = 8;

/** The words of a text in lower case and singular, so that "Papers" and "paper" are the same word. */
export function wordsOf(text: string): string[] {
  return (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).map(singular);
}

/** The words that a task is about, in their order. */
export function keywordsOf(task: string): string[] {
  return [...subjectWords(task).keys()];
}

/** The subject of the tasks in their author's spelling, such as "AI safety and alignment". */
export function subjectOf(tasks: readonly string[]): string {
  const subjects = tasks.map((task) => [...subjectWords(task).values()].join(' ')).filter((subject) => subject !== '');
  return [...new Set(subjects)].join(' and ');
}

/** The words that a task is about: each keyword with the author's spelling. */
function subjectWords(task: string): Map<string, string> {
  const words = new Map<string, string>();
  for (const written of task.match(/[\p{L}\p{N}]+/gu) ?? []) {
    const lower = written.toLowerCase();
    if (!fillers.has(lower) && !words.has(singular(lower))) words.set(singular(lower), written);
  }
  const subjects = [...words].filter(([word]) => !kindsOfSource.has(word) && !/^\d{1,3}$/.test(word));
  return new Map((subjects.length > 0 ? subjects : [...words]).slice(0, maxKeywords));
}

export type Intent = 'greeting' | 'remember' | 'work';

export function intentOf(task: string): Intent {
  const text = task.trim();
  if (
    /^(hi|hello|hey|good (morning|day|evening)|thanks|thank you|who are you|what are you)\b[^.?!]{0,30}[.?!]*$/i.test(
      text,
    )
  ) {
    return 'greeting';
  }
  return factToRemember(text) === undefined ? 'work' : 'remember';
}

/** The fact of a task like "Remember that …". Undefined for any other task. */
export function factToRemember(task: string): string | undefined {
  return /^(?:please )?(?:remember|memori[sz]e|note)(?: that|:)\s+(.+)$/is.exec(task.trim())?.[1];
}

function singular(word: string): string {
  return word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}

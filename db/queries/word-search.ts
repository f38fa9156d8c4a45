/**
 * Searching by words (migration 0032). Each word of a text is looked up by itself, so that a search takes the same time
 * however large the memory is, and the texts that have the rarest words of it come first.
 */

/** The latest texts that have a word. A text behind them has nothing else that is rare. */
const TEXTS_PER_WORD = 300;
/** Beyond so many texts only the two rarest words count. */
const TEXTS = 2_000;

/** An expression for the language in which the texts of a tenant are searched. The parameter is an expression of SQL. */
export const searchLanguage = (tenantId: string): string =>
  `(SELECT search_language FROM tenant WHERE id = ${tenantId})`;

/** An expression for the words of a conversation: those of the message, and a few of the answer before it. */
export const conversationWords = (tenantId: string, message: string, answer: string): string =>
  `ARRAY(SELECT DISTINCT word FROM unnest(searched_words(${searchLanguage(tenantId)}, ${message}, 24)
                                       || searched_words(${searchLanguage(tenantId)}, ${answer}, 8)) AS word)`;

/**
 * Common table expressions that end with `found (id, score, words)`: the texts that match best. All parameters are expressions
 * of SQL.
 * @param textsWithWord the sources of the ids of texts that have the word `w.word`, each a SELECT of `id` without its LIMIT
 */
export const foundByWords = (words: string, textsWithWord: readonly string[], limit: string): string => {
  const lists = textsWithWord.map((select) => `(${select} LIMIT ${TEXTS_PER_WORD})`).join(' UNION ALL ');
  return `spread AS (
       SELECT w.word, e.ids, cardinality(e.ids) AS texts, row_number() OVER by_rarity AS place,
              sum(cardinality(e.ids)) OVER by_rarity AS total
         FROM unnest(${words}) AS w (word)
        CROSS JOIN LATERAL (SELECT array_agg(id) AS ids FROM (${lists}) listed) e
        WHERE e.ids IS NOT NULL WINDOW by_rarity AS (ORDER BY cardinality(e.ids), w.word)
     ), found AS (
       SELECT id, sum(ln(1 + 10000.0::float8 / texts)) AS score, array_agg(word) AS words
         FROM spread CROSS JOIN LATERAL unnest(ids) AS id
        WHERE place <= 2 OR total <= ${TEXTS}
        GROUP BY id ORDER BY score DESC, id DESC LIMIT ${limit}
     )`;
};

/** The most bytes of its large columns that a page of a list has. A single row may have more. */
export const PAGE_BYTES = 4 * 1_048_576;

/** The column that each row of a bounded page has beside those of its query. */
export interface PageRow {
  /** How many rows there were before the page was cut to its bytes. */
  readonly found: number;
}

/**
 * Cuts a page to PAGE_BYTES in Postgres, so that no process holds more of it. The first row is always in it.
 * @param rows the query of the page, with its own ORDER BY and LIMIT
 * @param bytes an expression for the bytes of a row, over the columns of `rows`
 * @param order the order of the page, over the same columns
 * @param most the most bytes of the page
 */
export function withinPageBytes(rows: string, bytes: string, order: string, most = PAGE_BYTES): string {
  return `SELECT * FROM (
    SELECT p.*, count(*) OVER ()::int AS found, row_number() OVER w AS "pagePlace", sum(${bytes}) OVER w AS "pageBytes"
      FROM (${rows}) p WINDOW w AS (ORDER BY ${order} ROWS UNBOUNDED PRECEDING)) b
   WHERE "pageBytes" <= ${most} OR "pagePlace" = 1 ORDER BY "pagePlace"`;
}

declare module 'pg/lib/utils.js' {
  /** What pg itself writes parameters with; its types leave it out. */
  const utils: { prepareValue(value: unknown): string | Buffer | null };
  export = utils;
}

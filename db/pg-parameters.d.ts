declare module 'pg/lib/utils.js' {
  /** Writes a value as a parameter. pg uses it for its own queries, but its types leave it out. */
  const utils: { prepareValue(value: unknown): string | Buffer | null };
  export = utils;
}

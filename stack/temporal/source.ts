export interface TemporalBinaryOptions {
  /** Where binaries are kept; see `defaultCacheDir`. */
  readonly cacheDir: string;
  /** Of the environment: `PATH`, and what pip and Go need. */
  readonly env: NodeJS.ProcessEnv;
  readonly log: (line: string) => void;
}

/** One way to get the binary: puts it at `target`. @throws Error whose message says in a few words why not */
export interface TemporalSource {
  readonly label: string;
  /** The file name in the cache, which tells versions and platforms apart. */
  readonly fileName: string;
  provide(target: string, options: TemporalBinaryOptions): Promise<void>;
}

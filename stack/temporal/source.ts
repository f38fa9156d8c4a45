export interface TemporalBinaryOptions {
  /** The folder that keeps binaries; see `defaultCacheDir`. */
  readonly cacheDir: string;
  /** The environment, for `PATH` and for the settings that pip and Go need. */
  readonly env: NodeJS.ProcessEnv;
  readonly log: (line: string) => void;
}

/** One way to get the binary. `provide` puts it at `target`. @throws Error whose message says in a few words why it could not */
export interface TemporalSource {
  readonly label: string;
  /** The name of the file in the cache. It differs for each version and platform. */
  readonly fileName: string;
  /** The SHA-256 of the binary. Absent: it is known only once it was installed. */
  readonly sha256?: string | undefined;
  provide(target: string, options: TemporalBinaryOptions): Promise<void>;
}

/**
 * A setting that is missing or wrong. The message is whole sentences for the person who set it: they name the setting and
 * say what it should be, and never quote a value that may be a secret (I10).
 */
export class SettingError extends Error {
  constructor(sentences: string, cause?: unknown) {
    super(sentences, { cause });
    this.name = 'SettingError';
  }
}

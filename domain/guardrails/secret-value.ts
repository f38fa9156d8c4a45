import { looksRandom } from './key-shape.ts';

/** Words that documentation, schemas and programs write where a secret will stand. */
const WORDS =
  /^(?:pass(?:word|wd|phrase)?\d{0,3}|pwd|secret|token|string|text|str|number|integer|boolean|bool|object|array|none|null|nil|true|false|undefined|optional|required|hidden|masked|redacted|changeme|change[-_]me|example|placeholder|dummy|sample|test|todo|tbd|user(?:name)?|guest|env|format|uuid|sha\d+|md5|hs\d+|rs\d+|basic|bearer|oauth2?|base64|utf-?8|vault|redacted:.*)$/i;
const STAND_IN =
  /^[xX*•.…_#-]{3,}$|^[$%@]?[{<(]|^\$|^%\w*%?$|^@|^\.{2,}|\.{3}|…|•|\*{3}|x{4}|(?:^|[-_. ])(?:your\w*|my|here|example|placeholder|changeme|dummy|sample|insert|replace|redacted|goes|some|todo|fixme|hidden)(?:[-_. ]|$)/i;
/** `config.key`, `self.password_2`, `os.environ`, `user_password_2`, `db-credentials-2`: names, not values. */
const NAME =
  /^(?:[A-Za-z_$][\w$]*(?:(?:\?\.|\.|->|::)[A-Za-z_$][\w$]*)+|[a-z]+\d*(?:[_-][a-z0-9]{1,12})+|[A-Z]+\d*(?:_[A-Z0-9]{1,20})+)$/;
const ADDRESS = /^[a-z][a-z0-9+.-]*:\/\//i;
const PATH = /^(?:~|\.{1,2})?\/[\w./-]*$/;
const DATE = /^\d{4}-\d{2}-\d{2}/;

/** True for a value that stands for a secret, or that is something else than one. */
export function isNoSecret(value: string): boolean {
  return WORDS.test(value) || STAND_IN.test(value) || DATE.test(value) || ADDRESS.test(value) || PATH.test(value);
}

/** True for what somebody may have chosen as a password: it has a digit or a sign, or capitals within. */
export function looksLikePassword(value: string, isQuoted: boolean): boolean {
  if (value.length < 6) return false;
  if (!isQuoted && NAME.test(value)) return false;
  if (/^\d+$/.test(value)) return true;
  if (!/[A-Za-z]/.test(value)) return /[^\d.,:%/-]/.test(value) && /\d/.test(value);
  return /\d/.test(value.replace(/[.,]$/, '')) || /[!@#$%^*?~+]./.test(value) || hasCapitalsWithin(value);
}

/** `XkQpLmTz` and not `Passwort`, `resetPassword` or `SECRET`. */
function hasCapitalsWithin(value: string): boolean {
  return /^[A-Za-z]+$/.test(value) && (value.slice(1).match(/[a-z][A-Z]/g)?.length ?? 0) >= 3;
}

/** True for what a generator of keys may have made. */
export function looksLikeToken(value: string, isQuoted: boolean): boolean {
  if (value.length < 12) return false;
  if (NAME.test(value) || (!isQuoted && /^[A-Za-z_$][\w$]*$/.test(value) && !/\d.*\d/.test(value))) return false;
  return looksRandom(value);
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const URL_LETTERS = `${LETTERS}-_`;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const HEX = '0123456789abcdef';

/** The forms in which issuers make keys: prefix, length and letters of the random part. */
const FORMS: readonly (readonly [prefix: string, length: number, letters: string])[] = [
  ['sk-', 48, LETTERS],
  ['sk-', 32, HEX],
  ['sk-proj-', 156, URL_LETTERS],
  ['sk-ant-api03-', 95, URL_LETTERS],
  ['sk_live_', 24, LETTERS],
  ['rk_live_', 99, LETTERS],
  ['AIza', 35, URL_LETTERS],
  ['ya29.', 160, URL_LETTERS],
  ['ghp_', 36, LETTERS],
  ['github_pat_', 82, LETTERS],
  ['glpat-', 20, URL_LETTERS],
  ['hf_', 34, LETTERS],
  ['npm_', 36, LETTERS],
  ['lin_api_', 40, LETTERS],
  ['AKIA', 16, BASE32],
  ['xoxb-2512345678901-2612345678901-', 24, LETTERS],
  ['brk_', 49, LETTERS],
];

/** Keys of all forms in turn, each in a sentence. @param random gives numbers from 0 up to 1 */
export function randomKeys(count: number, random: () => number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const [prefix, length, letters] = FORMS[i % FORMS.length] ?? ['', 0, ''];
    const key = Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join('');
    return `The key is ${prefix}${key} for now.`;
  });
}

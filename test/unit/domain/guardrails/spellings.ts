/** Ways to write a phrase so that a reader reads it and a comparison of texts does not find it. */
export interface Spelling {
  readonly how: string;
  readonly text: string;
}

const CYRILLIC: Readonly<Record<string, string>> = {
  a: 'а',
  c: 'с',
  e: 'е',
  j: 'ј',
  o: 'о',
  p: 'р',
  x: 'х',
  n: 'п',
  t: 'т',
};
const GREEK: Readonly<Record<string, string>> = { o: 'ο', p: 'ρ', a: 'α', n: 'η', t: 'τ' };
const SMALL_CAPITALS: Readonly<Record<string, string>> = {
  p: 'ᴘ',
  r: 'ʀ',
  o: 'ᴏ',
  j: 'ᴊ',
  e: 'ᴇ',
  c: 'ᴄ',
  t: 'ᴛ',
  f: 'ꜰ',
  a: 'ᴀ',
  l: 'ʟ',
  n: 'ɴ',
};
const DIGITS: Readonly<Record<string, string>> = { o: '0', e: '3', a: '4', t: '7', l: '1' };

/** First code points of alphabets of other shapes, upper and lower case. */
const ALPHABETS: Readonly<Record<string, readonly [upper: number, lower: number]>> = {
  'full width': [0xff21, 0xff41],
  circled: [0x24b6, 0x24d0],
  parenthesized: [0x1f110, 0x249c],
  bold: [0x1d400, 0x1d41a],
  'bold italic': [0x1d468, 0x1d482],
  'bold script': [0x1d4d0, 0x1d4ea],
  'bold fraktur': [0x1d56c, 0x1d586],
  'sans serif': [0x1d5a0, 0x1d5ba],
  'sans serif bold': [0x1d5d4, 0x1d5ee],
  'sans serif italic': [0x1d608, 0x1d622],
  'sans serif bold italic': [0x1d63c, 0x1d656],
  monospace: [0x1d670, 0x1d68a],
};
/** Alphabets that have upper case alone. */
const CAPITALS: Readonly<Record<string, number>> = {
  squared: 0x1f130,
  'negative circled': 0x1f150,
  'negative squared': 0x1f170,
};

const INVISIBLE: Readonly<Record<string, string>> = {
  'soft hyphen': '\u00ad',
  'combining grapheme joiner': '\u034f',
  'arabic letter mark': '\u061c',
  'hangul filler': '\u115f',
  'khmer inherent vowel': '\u17b4',
  'mongolian vowel separator': '\u180e',
  'mongolian variation selector': '\u180b',
  'zero width space': '\u200b',
  'zero width non-joiner': '\u200c',
  'zero width joiner': '\u200d',
  'left-to-right mark': '\u200e',
  'right-to-left override': '\u202e',
  'pop directional formatting': '\u202c',
  'word joiner': '\u2060',
  'function application': '\u2061',
  'invisible separator': '\u2063',
  'first strong isolate': '\u2068',
  'deprecated format character': '\u206a',
  'halfwidth hangul filler': '\uffa0',
  'byte order mark': '\ufeff',
  'variation selector': '\ufe0f',
  'interlinear annotation': '\ufff9',
  'shorthand format control': '\u{1bca0}',
  'musical symbol': '\u{1d173}',
  tag: '\u{e0041}',
  'variation selector supplement': '\u{e0101}',
  control: '\u0007',
};
const MARKS = ['\u0300', '\u0301', '\u0308', '\u0323', '\u0327', '\u0332', '\u0336', '\u0338', '\u20dd', '\u0489'];
const SPACES = [
  '  ',
  '\t',
  '\n',
  '\r\n',
  '\u00a0',
  '\u1680',
  '\u2002',
  '\u2003',
  '\u2009',
  '\u202f',
  '\u205f',
  '\u3000',
  '\u2800',
  ' \n\t ',
];
const JOINTS = [
  '-',
  '_',
  '/',
  '\\',
  '.',
  ',',
  '+',
  ' - ',
  '\u2010',
  '\u2011',
  '\u2013',
  '\u2014',
  '\u2212',
  '*',
  '**',
  ' & ',
  '"',
  "'",
  '=',
  ':',
  '%20',
  '&nbsp;',
  '\\u0020',
  '\\n',
  '\\t',
  '\\r\\n',
  '\\\\n',
  '\\\\\\\\n',
  '\\u000a',
  '%0A',
  '%2520',
  '&#10;',
  '&NewLine;',
  '&Tab;',
  '&amp;nbsp;',
  '\u200b',
  ' \u200b ',
];

const letters = (text: string, of: (letter: string, index: number) => string): string =>
  Array.from(text, (each, index) => (each === ' ' ? each : of(each, index))).join('');
const mapped = (map: Readonly<Record<string, string>>) => (text: string) =>
  letters(text, (each) => map[each.toLowerCase()] ?? each);
const shifted = (text: string, upper: number, lower: number) =>
  letters(text, (each) => {
    const isUpper = each >= 'A' && each <= 'Z';
    const code = each.charCodeAt(0) - (isUpper ? 65 : 97);
    return String.fromCodePoint((isUpper ? upper : lower) + code);
  });

/** Every spelling of a phrase of two words of ASCII letters. */
export function spellingsOf(phrase: string): Spelling[] {
  const lower = phrase.toLowerCase();
  const cased: Spelling[] = [
    { how: 'as it is', text: phrase },
    { how: 'lower case', text: lower },
    { how: 'upper case', text: phrase.toUpperCase() },
    { how: 'alternating case', text: letters(lower, (each, i) => (i % 2 ? each.toUpperCase() : each)) },
  ];
  const shapes = Object.entries(ALPHABETS).flatMap(([name, [upper, small]]) => [
    { how: name, text: shifted(phrase, upper, small) },
    { how: `${name}, upper case`, text: shifted(phrase.toUpperCase(), upper, small) },
    { how: `${name}, lower case`, text: shifted(lower, upper, small) },
    { how: `${name}, one letter`, text: shifted(lower.slice(0, 1), upper, small) + lower.slice(1) },
  ]);
  const capitals = Object.entries(CAPITALS).map(([how, first]) => ({
    how,
    text: shifted(phrase.toUpperCase(), first, first),
  }));
  const alike = [
    { how: 'Cyrillic', of: mapped(CYRILLIC) },
    { how: 'Greek', of: mapped(GREEK) },
    { how: 'small capitals', of: mapped(SMALL_CAPITALS) },
    { how: 'digits', of: mapped(DIGITS) },
  ].flatMap(({ how, of }) => [
    { how, text: of(lower) },
    { how: `${how}, one word`, text: `${of(lower.split(' ')[0] ?? '')} ${lower.split(' ')[1]}` },
    { how: `${how}, the other word`, text: `${lower.split(' ')[0]} ${of(lower.split(' ')[1] ?? '')}` },
    { how: `${how}, some letters`, text: letters(lower, (each, i) => (i % 3 ? each : of(each))) },
  ]);
  const invisible = Object.entries(INVISIBLE).flatMap(([how, character]) => [
    { how: `${how} in a word`, text: `${lower.slice(0, 3)}${character}${lower.slice(3)}` },
    { how: `${how} between all letters`, text: Array.from(lower).join(character) },
    { how: `${how} at the blank`, text: lower.replace(' ', `${character} ${character}`) },
    { how: `${how}, many`, text: `${lower.slice(0, 4)}${character.repeat(50)}${lower.slice(4)}` },
  ]);
  const marked = MARKS.flatMap((mark) => [
    { how: `mark U+${mark.charCodeAt(0).toString(16)} on all letters`, text: letters(lower, (each) => each + mark) },
    {
      how: `mark U+${mark.charCodeAt(0).toString(16)}, many on one`,
      text: `${lower.slice(0, 2)}${mark.repeat(20)}${lower.slice(2)}`,
    },
    {
      how: `mark U+${mark.charCodeAt(0).toString(16)}, composed`,
      text: letters(lower, (each) => each + mark).normalize('NFC'),
    },
  ]);
  const [first = '', second = ''] = lower.split(' ');
  const spaced = SPACES.map((blank) => ({ how: `blank ${JSON.stringify(blank)}`, text: `${first}${blank}${second}` }));
  const joined = [
    ...JOINTS.map((joint) => ({
      how: `joined by ${JSON.stringify(joint)}, upper case`,
      text: `${first}`.toUpperCase() + joint + second.toUpperCase(),
    })),
    ...JOINTS.map((joint) => ({ how: `joined by ${JSON.stringify(joint)}`, text: `${first}${joint}${second}` })),
    { how: 'camel case', text: `${first}${second.charAt(0).toUpperCase()}${second.slice(1)}` },
    { how: 'Pascal case', text: phrase.replace(' ', '') },
  ];
  const spelled = [' ', '.', '-', '_', '*', '|', ' . ', '\n', '·', '/'].flatMap((gap) => [
    { how: `spelled out by ${JSON.stringify(gap)}`, text: `${[...first].join(gap)}   ${[...second].join(gap)}` },
    {
      how: `spelled out by ${JSON.stringify(gap)}, upper case`,
      text: `${[...first].join(gap)}${gap}${gap}${[...second].join(gap)}`.toUpperCase(),
    },
  ]);
  const markup = [
    { how: 'bold', text: `**${first}** **${second}**` },
    { how: 'bold within a word', text: `${first.slice(0, 3)}**${first.slice(3)}** ${second}` },
    { how: 'italic within a word', text: `${first} ${second.slice(0, 2)}_${second.slice(2)}` },
    { how: 'code', text: `\`${first}\` \`${second}\`` },
    { how: 'hyphenated', text: `${first.slice(0, 3)}-\n${first.slice(3)} ${second}` },
    {
      how: 'hyphenated with a soft hyphen',
      text: `${first} ${second.slice(0, 3)}\u00ad\n`.trimEnd() + second.slice(3),
    },
    { how: 'quoted', text: `"${first}" "${second}"` },
    { how: 'percent-encoded', text: Array.from(lower, (each) => `%${each.charCodeAt(0).toString(16)}`).join('') },
    {
      how: 'percent-encoded in part',
      text: `${first.slice(0, 2)}%${first.charCodeAt(2).toString(16)}${first.slice(3)}%20${second}`,
    },
    { how: 'decimal references', text: Array.from(lower, (each) => `&#${each.charCodeAt(0)};`).join('') },
    {
      how: 'hexadecimal references',
      text: Array.from(lower, (each) => `&#x${each.charCodeAt(0).toString(16)};`).join(''),
    },
    {
      how: 'escapes of a program',
      text: Array.from(lower, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
    },
    {
      how: 'escapes of bytes',
      text: Array.from(lower, (each) => `\\x${each.charCodeAt(0).toString(16).padStart(2, '0')}`).join(''),
    },
    {
      how: 'percent-encoded twice',
      text: Array.from(lower, (each) => `%25${each.charCodeAt(0).toString(16)}`).join(''),
    },
    { how: 'references, escaped', text: Array.from(lower, (each) => `&amp;#${each.charCodeAt(0)};`).join('') },
    { how: 'full width, percent-encoded', text: encodeURIComponent(shifted(lower, 0xff21, 0xff41)) },
    { how: 'capital i for l', text: lower.replaceAll('l', 'I') },
  ];
  return [
    ...cased,
    ...shapes,
    ...capitals,
    ...alike,
    ...invisible,
    ...marked,
    ...spaced,
    ...joined,
    ...spelled,
    ...markup,
  ];
}

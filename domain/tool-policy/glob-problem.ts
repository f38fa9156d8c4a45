/** Tells people who have written something else what a glob over the names of tools may hold. */
const MAY_HOLD =
  'A glob holds parts of a name, `*` for any text, `?` for one character, `[a-z]` or `[!a-z]` for one of several or of all others, and `{read,list}` for alternatives';

const OTHER_SYNTAX = /[\\^$()|,;"'`\s]/;

/** Says why a text is no glob that anybody can have meant. @returns undefined when it is one */
export function globProblem(glob: string): string | undefined {
  const problem = problemOf(glob);
  return problem === undefined ? undefined : `"${glob}" is no glob over names of tools: ${problem}. ${MAY_HOLD}.`;
}

function problemOf(glob: string): string | undefined {
  if (glob.startsWith('!')) return 'nothing can be taken out with "!"; a policy with `allowed: false` refuses tools';
  let depth = 0;
  for (let at = 0; at < glob.length; at++) {
    const character = glob.charAt(at);
    if (character === '[') {
      const [set] = /^\[[!^]?[^\]]+\]/.exec(glob.slice(at)) ?? [];
      if (set === undefined) return 'a "[" is not closed, or has nothing in it';
      const reversed = reversedRange(set);
      if (reversed !== undefined) return `the range "${reversed}" is the wrong way round`;
      at += set.length - 1;
      continue;
    }
    if (character === ']') return 'a "]" has no "[" before it';
    if (character === '{') depth += 1;
    if (character === '}') depth -= 1;
    if (depth < 0) return 'a "}" has no "{" before it';
    if (OTHER_SYNTAX.test(character) && !(character === ',' && depth > 0)) {
      return character === ',' ? 'a "," stands outside of braces' : `${JSON.stringify(character)} has no meaning in it`;
    }
  }
  return depth > 0 ? 'a "{" is not closed' : undefined;
}

function reversedRange(set: string): string | undefined {
  return [...set.slice(1, -1).matchAll(/([^!^])-(.)/g)].find(([, from = '', to = '']) => from > to)?.[0];
}

import { z } from 'zod';
import { putContextDocument } from '../../db/queries/context-document.ts';
import { LEARNED_PREFIX, learnedPatterns } from '../../db/queries/learned-pattern.ts';
import { factKey } from '../../domain/fact-key.ts';
import { countTokens } from '../../domain/tokens.ts';
import { type BundledTool, bundledTool, mistake, textResult } from './bundled-tool.ts';

const MAX_PATTERN_CHARACTERS = 800;
/** More would crowd each other out of the prompt. */
const MAX_PATTERNS = 50;

const learn = bundledTool({
  name: 'learn',
  description:
    'Keeps a pattern that worked, so that you follow it from the next turn on and in later sessions: when it applies, what ' +
    'to do, what to avoid. For facts use memory.',
  inputSchema: z.strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case words joined by hyphens')
      .max(60)
      .describe('A short name such as check-before-write. A pattern with the same name is replaced.'),
    pattern: z.string().min(1).max(MAX_PATTERN_CHARACTERS).describe('The pattern in a few sentences.'),
  }),
  effect: 'write',
  async run(tx, { agentId }, { name, pattern }) {
    if (pattern.includes('\0'))
      return mistake('Nothing was kept. The pattern has a NUL character in it, but it is text.');
    const known = await learnedPatterns(tx, agentId);
    const documentName = `${LEARNED_PREFIX}${name}`;
    const same = known.find((each) => factKey(each.content) === factKey(pattern));
    if (same !== undefined) return textResult(`You know this pattern already, as ${same.name}.`, { name: same.name });
    const isNew = known.every((each) => each.name !== documentName);
    if (isNew && known.length >= MAX_PATTERNS) {
      const names = known.map((each) => each.name.slice(LEARNED_PREFIX.length)).join(', ');
      return mistake(`Nothing was kept: you know ${known.length} patterns already. Replace one of these: ${names}.`);
    }
    const tokens = countTokens(pattern);
    const document = { agentId, kind: 'skill', name: documentName, content: pattern, tokens } as const;
    const version = await putContextDocument(tx, document);
    return textResult(`Kept as ${documentName}, version ${version}.`, { name: documentName, version, tokens });
  },
});

/** The tools by which an agent keeps what it learns. Its patterns are its context documents of kind `skill` named `learned/…`. */
export const skillTools: readonly BundledTool[] = [learn];

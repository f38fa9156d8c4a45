import { z } from 'zod';

const KINDS = ['pattern', 'path_prefixes', 'hosts', 'sql_verbs'] as const;
const shortText = z.string().min(1).max(1_000);

/** A rule about one argument of a tool. It has one kind of condition, and a call that does not meet it is refused. */
export const argumentRuleSchema = z
  .strictObject({
    pointer: z
      .string()
      .max(1_000)
      .regex(/^(?:\/(?:[^~/]|~[01])*)+$/, 'must be a JSON pointer such as /path')
      .describe(
        'Where the argument is (RFC 6901). A list stands for each of its items, so `/files/path` is the path of every file.',
      ),
    optional: z
      .boolean()
      .optional()
      .describe(
        'True: a call may leave the argument out. Otherwise such a call is refused, since it cannot be judged.',
      ),
    pattern: shortText.optional().describe('A regular expression (RE2) that the whole text must match.'),
    path_prefixes: z
      .array(shortText)
      .min(1)
      .max(100)
      .optional()
      .describe('Folders. The path must be one of them or below one, in every way in which a tool may read it.'),
    hosts: z
      .array(shortText)
      .min(1)
      .max(100)
      .optional()
      .describe(
        'Hosts that a URL, or the name of a host, may lead to: `example.com`, `*.example.com` for those below it, `example.com:8443` for another port than the usual one, `example.com:*` for any port.',
      ),
    schemes: z
      .array(z.string().regex(/^[a-z][a-z0-9+.-]{0,30}$/, 'must be a scheme in lower case, such as https'))
      .min(1)
      .max(20)
      .optional()
      .describe('With `hosts`: the schemes that a URL may have. Absent: http and https.'),
    sql_verbs: z
      .array(z.string().regex(/^[A-Za-z]{1,30}$/, 'must be a verb such as select'))
      .min(1)
      .max(50)
      .optional()
      .describe('Verbs that an SQL text may have. Functions that change something are not found out by their names.'),
    max: z.number().optional().describe('The most that a number may be.'),
    min: z.number().optional().describe('The least that a number may be. Absent beside a `max` of 0 or more: 0.'),
  })
  .superRefine((rule, { addIssue }) => {
    const kinds = KINDS.filter((kind) => rule[kind] !== undefined).length;
    const numeric = rule.min !== undefined || rule.max !== undefined ? 1 : 0;
    if (kinds + numeric !== 1) {
      addIssue({ code: 'custom', message: `must have exactly one of ${KINDS.join(', ')}, or max and min` });
    }
    if (rule.schemes !== undefined && rule.hosts === undefined) {
      addIssue({ code: 'custom', path: ['schemes'], message: 'belongs beside hosts' });
    }
  })
  .meta({ id: 'ArgumentRule' });
export type ArgumentRule = z.infer<typeof argumentRuleSchema>;

export const argumentRulesSchema = z.array(argumentRuleSchema).max(50);

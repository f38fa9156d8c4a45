import { z } from 'zod';

/** The question that an MCP server asks a person in the middle of a call. */
export const elicitationFormSchema = z.discriminatedUnion('mode', [
  z.object({
    mode: z.literal('form'),
    message: z.string(),
    requestedSchema: z
      .record(z.string(), z.unknown())
      .describe('A flat JSON Schema of type object: texts, numbers, truth values and choices.'),
  }),
  z.object({
    mode: z.literal('url'),
    message: z.string(),
    url: z
      .string()
      .describe('To be opened by the person, who does there what the server asks for. Show its host before.'),
  }),
]);
export type ElicitationForm = z.infer<typeof elicitationFormSchema>;

export const formActionSchema = z
  .enum(['accept', 'decline', 'cancel'])
  .describe(
    '`accept`: with `content` for a form; for an address, the person agrees to open it. `decline`: the person does not want to answer. `cancel`: the person did not choose.',
  );

export const formContentSchema = z
  .record(
    z.string().max(200),
    z.union([z.string().max(20_000), z.number(), z.boolean(), z.array(z.string().max(2_000)).max(200)]),
  )
  .describe('The fields of the form. It fits `requestedSchema`, goes to the server, and is then forgotten.');
export type FormContent = z.infer<typeof formContentSchema>;

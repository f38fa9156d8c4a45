import type { Requirement } from './requirement.ts';

export const image: readonly Requirement[] = [
  {
    id: 'image:user:reaches-the-model',
    sentence:
      'Images of a message reach a model that takes them, and can be read again; a model that takes none reads a line in place of each.',
    where: 'docs/sessions.md, Images',
  },
  {
    id: 'image:user:models-that-take-them-first',
    sentence: 'As long as the latest message has images, a model that takes images serves the turn if one can.',
    where: 'docs/sessions.md, Images',
  },
  {
    id: 'image:tool:reaches-the-model',
    sentence:
      'Images of the result of a tool reach a model that takes them, each with a line in the text that says where it stands.',
    where: 'docs/sessions.md, Images',
  },
  {
    id: 'image:checked:whole-and-what-it-says',
    sentence: 'An image that is damaged, is not what it is said to be, or is too large is refused and never stored.',
    where: 'docs/sessions.md, Images',
  },
  {
    id: 'image:stored:once-and-erased',
    sentence:
      'A session keeps an image once, in Postgres alone, and an image is erased with its session; histories and events hold ids only.',
    where: 'docs/sessions.md, Images',
  },
  {
    id: 'image:window:old-ones-first',
    sentence: 'In a prompt that has no room for everything, old images give way before old texts do.',
    where: 'docs/sessions.md, Images',
  },
  {
    id: 'image:money:bound-by-pixels',
    sentence:
      'What is reserved for an image is a bound on what its provider counts, made of its pixels and not of its bytes.',
    where: 'docs/adr/0019-images.md, 19. Images',
  },
  {
    id: 'image:wire:where-the-protocol-takes-them',
    sentence:
      'An image stands where the protocol of its provider takes it, and a line in its place elsewhere; nothing comes between a call and its result.',
    where: 'docs/providers.md, Images',
  },
  {
    id: 'image:refused:sent-once-more-without',
    sentence:
      'A request that a server refuses for its images is sent once more without them, and serves the same turn.',
    where: 'docs/providers.md, Images',
  },
  {
    id: 'file:tool:reaches-the-model',
    sentence:
      'A sound or a PDF of the result of a tool reaches a model that takes it, and a line stands in its place for every other model.',
    where: 'docs/sessions.md, Images',
  },
  {
    id: 'file:money:bound-by-length',
    sentence:
      'A sound or a PDF is shown only where its seconds or pages are certain, and what is reserved for it is a bound on what its provider counts for them.',
    where: 'docs/adr/0019-images.md, 19. Images',
  },
  {
    id: 'file:wire:where-the-protocol-takes-them',
    sentence: 'A sound or a PDF is sent in the form and at the place that the protocol of its provider has for it.',
    where: 'docs/providers.md, Images',
  },
  {
    id: 'file:refused:sent-once-more-without',
    sentence:
      'A request that a server refuses for its sounds or PDFs is sent once more without them, and serves the same turn.',
    where: 'docs/providers.md, Images',
  },
];

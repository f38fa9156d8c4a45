/** True when an entry of a filter names a model: by its id, by `provider/id`, or by `provider/*`. */
export function isNamedBy(entry: string, { provider, model }: { provider: string; model: string }): boolean {
  return entry === model || entry === `${provider}/${model}` || entry === `${provider}/*`;
}

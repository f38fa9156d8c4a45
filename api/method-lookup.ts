/** Makes a function that tells which methods a path is served with. `served` is what Hono was given. */
export function createMethodLookup(served: readonly { method: string; path: string }[]): (path: string) => string[] {
  const paths = [...new Set(served.filter(({ method }) => method !== 'ALL').map(({ path }) => path))]
    // Paths with fewer parameters come first: in `/providers/catalog`, `catalog` is no id.
    .sort((one, other) => one.split(':').length - other.split(':').length)
    .map((path) => ({
      pattern: new RegExp(`^${path.replaceAll(/:\w+\{\.\+\}/g, '.+').replaceAll(/:\w+/g, '[^/]+')}$`),
      methods: served.filter((each) => each.path === path).map(({ method }) => method),
    }));
  return (path) => {
    const methods = new Set(paths.find(({ pattern }) => pattern.test(path))?.methods);
    // Hono answers HEAD wherever it answers GET.
    return [...methods].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  };
}

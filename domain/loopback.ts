/** True for an address of this machine. It is used without https, because nobody on the way can read what is sent to it. */
export function isLoopback({ hostname }: { readonly hostname: string }): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}

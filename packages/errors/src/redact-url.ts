/** The URL with its passwords replaced by `***`, fit for logs and errors. Takes malformed ones too. */
export function redactUrl(url: string): string {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*:\/\/)?(.*)$/is.exec(url) ?? [];
  const told = rest.replace(/([?&][a-z]*password=).*/is, '$1***');
  // The path of a socket may contain `@`; elsewhere everything up to the last one may be a password.
  if (/^unix:/i.test(scheme) && told.startsWith('/')) return scheme + told;
  return scheme + told.replace(/^([^/@:?#]*)[/:?#@].*@/s, '$1:***@');
}

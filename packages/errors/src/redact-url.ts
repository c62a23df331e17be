/** Replaces the passwords in a URL by `***`, for logs and errors. Accepts malformed URLs. */
export function redactUrl(url: string): string {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*:\/\/)?(.*)$/is.exec(url) ?? [];
  const shown = rest.replace(/([?&][a-z]*password=).*/is, '$1***');
  // A socket path may contain `@`; in any other URL everything up to the last `@` may be a password.
  if (/^unix:/i.test(scheme) && shown.startsWith('/')) return scheme + shown;
  return scheme + shown.replace(/^([^/@:?#]*)[/:?#@].*@/s, '$1:***@');
}

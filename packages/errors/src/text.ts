/**
 * The first `maxLength` UTF-16 units of a text, for messages and logs. It never ends between the two halves of a
 * surrogate pair, and a lone half in it becomes U+FFFD: strict readers refuse JSON with one.
 */
export function truncate(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text.toWellFormed();
  const last = text.charCodeAt(maxLength - 1);
  const splitsPair = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, splitsPair ? maxLength - 1 : maxLength).toWellFormed();
}

/**
 * Any value as an error message shows it: text in quotes, numbers as they are, everything else by its kind. It runs
 * no code of the value (`toString`, `toJSON`, getters), and so never throws.
 */
export function quoted(value: unknown, maxLength = 200): string {
  if (typeof value === 'string') return JSON.stringify(truncate(value, maxLength));
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'symbol') return 'a symbol';
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  return kindOf(value);
}

/**
 * A text from outside for a terminal, which obeys what is written to it: it may take over the clipboard, the title or
 * the colours, and show text in another order than it has. Control characters but line breaks become U+FFFD, those of
 * bidirectional text vanish.
 */
export function printable(text: string): string {
  return text
    .toWellFormed()
    .replaceAll('\r\n', '\n')
    .replaceAll('\t', ' ')
    .replaceAll(/(?!\n)[\p{Cc}\p{Zl}\p{Zp}]/gu, '\uFFFD')
    .replaceAll(/\p{Bidi_Control}/gu, '');
}

function kindOf(value: object): string {
  try {
    if (Array.isArray(value)) return 'a list';
    if (value instanceof Date) return 'a Date';
  } catch {
    // A Proxy that was revoked.
  }
  return 'an object';
}

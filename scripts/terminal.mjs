// Output for the terminal; colours are used only on a terminal.
const colours = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code) => (text) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);

export const bold = paint(1);
export const dim = paint(2);
export const red = paint(31);
export const green = paint(32);

export const say = (line) => {
  clearStatus();
  process.stdout.write(`${line}\n`);
};
export const note = (line) => process.stderr.write(`${line}\n`);

/** Shows the current step in the last line of a terminal, in place of the previous one; prints nothing elsewhere. */
export function status(text) {
  if (!process.stdout.isTTY) return;
  clearStatus();
  process.stdout.write(dim(text.slice(0, (process.stdout.columns || 80) - 1)));
}

export function clearStatus() {
  if (process.stdout.isTTY) process.stdout.write('\r\u001b[K');
}

export function fail(message) {
  process.stderr.write(`${red('✗')} ${message}\n`);
  process.exit(1);
}

/** Returns a line about a step that began at `started`, in milliseconds of `performance.now()`. */
export function took(ok, label, started) {
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  return `${ok ? green('✓') : red('✗')} ${label} ${dim(`${seconds} s`)}`;
}

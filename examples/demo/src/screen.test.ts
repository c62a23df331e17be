import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { Screen } from './screen.ts';

const ATTACK =
  'report\u001b]52;c;cm0gLXJm\u0007\u001b[2J\u009b31m\u202etxt.exe\r\u001b]0;title\u001b\\';
const flow = {
  actionId: 'a',
  taskId: 't',
  tenantId: 'acme',
  tier: 'free',
  startedMs: 0,
  waitedMs: 1,
  runningMs: 1,
  outcome: 'done',
} as const;

/** Captures the output of a screen, with or without terminal colours. */
function written(show: (screen: Screen) => void, isTTY: boolean): string {
  const out = new PassThrough();
  show(new Screen(Object.assign(out, { isTTY, columns: 80 }) as unknown as NodeJS.WriteStream));
  return String(out.read());
}

it.each<[string, (screen: Screen) => void]>([
  ['a heading', (screen) => screen.heading(ATTACK)],
  ['a line', (screen) => screen.line(ATTACK)],
  ['a faint line', (screen) => screen.faint(ATTACK)],
  ['a command', (screen) => screen.copyable(ATTACK)],
  ['a field', (screen) => screen.field('Redis', ATTACK)],
  ['the line of a tier', (screen) => screen.tier('free', ATTACK)],
  ['a line of a table', (screen) => screen.row(ATTACK, 'dim')],
  ['progress', (screen) => screen.progress(ATTACK, { done: 1, all: 1 })],
  ['an action', (screen) => screen.flow({ ...flow, type: ATTACK, queue: `${ATTACK}\n` })],
])('passes no control character of a text on to the terminal: %s', (_what, show) => {
  expect(written(show, false).trim()).not.toMatch(/(?!\n)\p{Cc}|\p{Bidi_Control}/u);
  // On a terminal only the colours of the screen and its clear-line sequence remain.
  const own = written(show, true).replaceAll(/\p{Cc}\[[\d;]*[mK]/gu, '');
  expect(own).not.toMatch(/(?![\r\n])\p{Cc}|\p{Bidi_Control}/u);
});

it('indents the further lines of a field', () => {
  const text = 'word '.repeat(20).trim();
  const lines = written((screen) => screen.field('Redis', text), false)
    .trimEnd()
    .split('\n');
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^Redis {6}word/);
  expect(lines[1]).toMatch(/^ {11}word/);
});

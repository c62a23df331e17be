import { EventEmitter } from 'node:events';
import { expect, it, vi } from 'vitest';
import { handleSignals } from './signals.ts';

function fakeProcess() {
  return Object.assign(new EventEmitter(), { exit: vi.fn<(code: number) => void>() });
}

it.each(['SIGTERM', 'SIGINT'])('%s stops once', (signal) => {
  const [source, stop] = [fakeProcess(), vi.fn<() => void>()];
  handleSignals(stop, source);
  source.emit(signal, signal);
  expect(stop).toHaveBeenCalledOnce();
  expect(source.exit).not.toHaveBeenCalled();
});

it('a second signal exits at once with its number', () => {
  const [source, stop] = [fakeProcess(), vi.fn<() => void>()];
  handleSignals(stop, source);
  source.emit('SIGTERM', 'SIGTERM');
  source.emit('SIGINT', 'SIGINT');
  expect(stop).toHaveBeenCalledOnce();
  expect(source.exit).toHaveBeenCalledWith(130);
});

it('after the way back nothing listens any more', () => {
  const source = fakeProcess();
  handleSignals(() => {}, source)();
  expect(source.listenerCount('SIGTERM') + source.listenerCount('SIGINT')).toBe(0);
});

it('stops many workers with one listener, and listens until the last of them has stopped', () => {
  const source = fakeProcess();
  const stops = Array.from({ length: 12 }, () => vi.fn<() => void>());
  const [first, ...others] = stops.map((stop) => handleSignals(stop, source));
  expect(source.listenerCount('SIGTERM')).toBe(1);
  first?.();
  source.emit('SIGTERM', 'SIGTERM');
  expect(stops.map(({ mock }) => mock.calls.length)).toEqual([0, ...others.map(() => 1)]);
  for (const ignore of others) ignore();
  expect(source.listenerCount('SIGTERM')).toBe(0);
});

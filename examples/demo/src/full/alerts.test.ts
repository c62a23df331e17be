import { PassThrough } from 'node:stream';
import type { SentAlert } from '@nooble-deploy/deploy';
import { expect, it } from 'vitest';
import { Screen } from '../screen.ts';
import { showAlerts, type ReceivedAlerts } from './alerts.ts';

function alertOf(name: string, status: SentAlert['status'] = 'firing'): SentAlert {
  const runbook = `https://github.com/nooble/nooble/blob/main/docs/operations/runbooks/${name}.md`;
  return {
    status,
    labels: { alertname: name, severity: 'warning' },
    annotations: { summary: `${name} is on`, description: 'Why.', runbook_url: runbook },
  };
}

function shown(received: Omit<ReceivedAlerts, 'afterMs'>): string[] {
  const out = new PassThrough();
  showAlerts(new Screen(out as unknown as NodeJS.WriteStream), { ...received, afterMs: 12_345 });
  return String(out.read()).trim().split('\n');
}

it('shows an alert with its runbook, and each other one that has fired once', () => {
  const flood = alertOf('Flood');
  const all = [alertOf('Down'), flood, alertOf('Down'), alertOf('Slow', 'resolved')];
  expect(shown({ alert: flood, all }).slice(0, -2)).toEqual([
    '▲ Flood, warning, 12.3 s after the first question',
    '    Flood is on',
    '    Why.',
    '    What to do: docs/operations/runbooks/Flood.md',
    '  Other alerts since the start, such as those of the killed service:',
    '    Down: Down is on',
  ]);
});

it('says that conditions must hold for less time than usual', () => {
  expect(shown({ alert: undefined, all: [] }).join(' ')).toMatch(
    /deploy\/prometheus\/rules\.yml, but a condition must only\s+hold for 10 s/,
  );
});

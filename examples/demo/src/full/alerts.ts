import type { SentAlert } from '@nooble-deploy/deploy';
import { duration } from '../layout.ts';
import type { Screen } from '../screen.ts';
import { HOLD_MS } from './monitoring.ts';

/** Alerts that a webhook has received. */
export interface ReceivedAlerts {
  /** The expected one, if it fired. */
  readonly alert: SentAlert | undefined;
  /** Time from the cause to the alert (ms). */
  readonly afterMs: number;
  readonly all: readonly SentAlert[];
}

/** Shows the expected alert, and briefly all others. */
export function showAlerts(screen: Screen, { alert, afterMs, all }: ReceivedAlerts): void {
  if (alert) {
    screen.line();
    screen.row(
      `  ▲ ${nameOf(alert)}, ${alert.labels['severity']}, ${duration(afterMs)} after the first question`,
      'yellow',
    );
    screen.line(`    ${alert.annotations['summary']}`);
    screen.line(`    ${alert.annotations['description']}`);
    screen.line(`    What to do: ${runbookOf(alert)}`);
  }
  const others = new Map(
    all
      .filter((each) => each.status === 'firing' && nameOf(each) !== (alert && nameOf(alert)))
      .map((each) => [nameOf(each) + String(each.annotations['summary']), each]),
  );
  if (others.size > 0)
    screen.line('  Other alerts since the start, such as those of the killed service:');
  for (const each of others.values()) {
    screen.row(`    ${nameOf(each)}: ${each.annotations['summary']}`, 'dim');
  }
  screen.faint(
    `  The rules are those of deploy/prometheus/rules.yml, but a condition must only hold for ${HOLD_MS / 1_000} s, not for minutes.`,
  );
}

function nameOf({ labels }: SentAlert): string {
  return labels['alertname'] ?? '';
}

/** Returns the path of a runbook in this repository. */
function runbookOf({ annotations }: SentAlert): string {
  return (annotations['runbook_url'] ?? '').replace(/^https:.*\/blob\/main\//, '');
}

import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { closed, listening } from './exporter.ts';

/** An alert as Alertmanager sends it. */
export interface SentAlert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A receiver of alerts. */
export interface Webhook {
  readonly url: string;
  /** All alerts received so far. */
  readonly alerts: SentAlert[];
  close(): Promise<void>;
}

export async function startWebhook(): Promise<Webhook> {
  const alerts: SentAlert[] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      alerts.push(...(body as { alerts: SentAlert[] }).alerts);
      response.end();
    });
  });
  const port = await listening(server);
  return { url: `http://127.0.0.1:${port}`, alerts, close: async () => closed(server) };
}

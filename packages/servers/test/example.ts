import { freePort, outputOf, runServer } from '@nooble/servers';

const port = await freePort();
const script = `require('http').createServer((_, response) => response.end('ready')).listen(${port}, '127.0.0.1')`;
const server = await runServer({
  command: process.execPath,
  args: ['-e', script],
  port,
  isReady: async () =>
    fetch(`http://127.0.0.1:${port}`).then(
      (response) => response.ok,
      () => false,
    ),
  startMs: 30_000,
});
await server.stop();

export const version = await outputOf(process.execPath, ['--version']);

import { createRequire } from 'node:module';

/*
 * Defines a global `require` in a bundle of ES modules. ioredis and pino are CommonJS, and esbuild compiles their calls
 * of `require('events')` to a surrounding `require`, which ES modules do not have: the bundle would fail with
 * `Dynamic require of "events" is not supported`. Has no effect outside a bundle.
 */
const { url } = import.meta as { readonly url: string | undefined };
// A CommonJS bundle has no `import.meta.url`, but has `require`.
/** True in a bundle. */
export const isBundled = url !== undefined && !/\/bundled\.[jt]s$/.test(url);
if (url !== undefined && isBundled && !('require' in globalThis)) {
  Object.assign(globalThis, { require: createRequire(url) });
}

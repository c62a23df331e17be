import { createRequire } from 'node:module';

/**
 * Makes `require` global inside of a bundle of ES modules. ioredis and pino are CommonJS: esbuild leaves their calls
 * of `require('events')` to a `require` of the surroundings, which ES modules do not have, and the bundle ends with
 * `Dynamic require of "events" is not supported`. Outside of a bundle nothing changes.
 */
const { url } = import.meta as { readonly url: string | undefined };
// In a bundle of CommonJS there is no URL, and `require` exists.
const isBundled = url !== undefined && !/\/bundled-require\.[jt]s$/.test(url);
if (isBundled && !('require' in globalThis)) {
  Object.assign(globalThis, { require: createRequire(url) });
}

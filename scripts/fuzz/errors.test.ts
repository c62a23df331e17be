import {
  ERROR_CLASSES,
  fromWireError,
  isNoobleError,
  isWireError,
  NoobleError,
  toProblemDetails,
  toWireError,
} from '../../packages/errors/src/index.ts';
import fc from 'fast-check';
import { expect } from 'vitest';
import { fuzz } from './fuzz.ts';
import { json, spoiled, text, value } from './hostile.ts';

const kinds = fc.constantFrom(...ERROR_CLASSES.map(({ kind }) => kind));
const ours = fc.record({ kind: kinds, message: text, details: spoiled({ limit: 1 }, value) }).map(
  ({ details, ...facts }) =>
    () =>
      new NoobleError({ ...facts, details: details() }),
);

fuzz('any thrown value can be encoded as an error', fc.oneof(value, ours), (make) => {
  const thrown: unknown = make();
  const wire = toWireError(thrown);
  const { message } = wire;
  expect(isWireError(JSON.parse(JSON.stringify(wire)))).toBe(true);
  expect(message.isWellFormed() && message.length <= 4096).toBe(true);
  const problem = toProblemDetails(thrown);
  expect(JSON.parse(JSON.stringify(problem))).toMatchObject({ code: problem.code });
});

const codes = fc.constantFrom(...ERROR_CLASSES.map(({ kind }) => kind.code), 'OTHER');
const wire = codes.chain((code) =>
  spoiled({ code, message: 'boom', retryable: true, http_status: 500, details: { limit: 1 } }),
);

fuzz(
  'any received value becomes an error again',
  fc.oneof(
    json.map((each) => () => each),
    wire,
  ),
  (make) => {
    const given: unknown = make();
    const error = fromWireError(given as never);
    expect(isNoobleError(error)).toBe(true);
    toProblemDetails(error);
    if (!isWireError(given)) return;
    expect(error).toMatchObject({ code: given.code, retryable: given.retryable });
    expect(error.message).toBe(given.message);
    expect(toWireError(error).code).toBe(given.code);
  },
);

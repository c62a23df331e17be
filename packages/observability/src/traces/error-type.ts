import { isNoobleError } from '@nooble/errors';

const NAME = /^[A-Za-z_][\w.]{0,63}$/;

/** Returns the code of an error of Nooble, else the name of its class: few values, and none that a caller chooses. */
export function errorTypeOf(error: unknown): string {
  if (isNoobleError(error)) return error.code;
  const name = error instanceof Error ? error.name : '';
  return NAME.test(name) ? name : '_OTHER';
}

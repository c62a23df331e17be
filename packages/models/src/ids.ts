import { customAlphabet } from 'nanoid';

const ALPHANUMERIC = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Returns a new id of 21 letters and digits (125 random bits). */
export const newId = customAlphabet(ALPHANUMERIC, 21);

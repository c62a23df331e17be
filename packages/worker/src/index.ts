export const placeholder = 'worker';

export const placeholder = 'redis';

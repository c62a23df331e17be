export const placeholder = 'queue';

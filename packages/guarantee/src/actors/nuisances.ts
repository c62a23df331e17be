/** Tenants by what of theirs cannot be served. */
export const NUISANCES = {
  /** Its results fit into no message. */
  result: 'nuisance-result',
  /** Nothing can be written into its inbox. */
  inbox: 'nuisance-inbox',
  /** The directory has nonsense about it. */
  directory: 'nuisance-directory',
} as const;

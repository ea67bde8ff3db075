/** What the package may cost at most. Whoever needs more changes the figure here, and so is seen to do it. */
export const budget = {
  /** Bytes of the zip. */
  zip: 2_000_000,
  /** Best first answer of the bundled app, as a share of that of the unbundled one in the same run, with files in memory. */
  firstAnswer: 1.2,
};

import { corrections } from '../explore/subject/variants.js'

/**
 * The kernel that mutants are made of: with its faults corrected, so that what is known to be wrong with 1.137 does not hide what a mutant shows. The names of
 * its variants, separated by commas.
 */
export const CORRECTED = corrections
  .map(({ name }) => name)
  // swapper-tries looks again by itself; a counter that is not exact is reported on demand only.
  .filter((name) => name !== 'recheck-inmem' && name !== 'atomic-swapins')
  .join(',')

// What this package uses of the memory system.
export {
  UVMEXP_COWS,
  UVMEXP_FAULTS,
  UVMEXP_FREE,
  UVMEXP_PAGEINS,
  UVMEXP_PDFREED,
  UVMEXP_PDPAGEOUTS,
  UVMEXP_PDREVS,
  UVMEXP_SHOOTDOWNS,
  UVMEXP_SWAPINS,
  UVMEXP_SWAPOUTS,
  UVMEXP_ZEROS,
} from '@holdfast/mm'
export { minPhysmem } from '@holdfast/mm'

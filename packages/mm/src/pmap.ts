/** The machine-dependent half of the memory system, pmap(9), as the rest sees it. */
export {
  pmapActivate,
  pmapCreate,
  pmapDeactivate,
  pmapDestroy,
  pmapExtract,
  pmapUpdate,
} from './pmap-core.js'
export { pmapEnter, pmapKenterPa } from './pmap-enter.js'
export { PMAP_CANFAIL, PMAP_WIRED } from './pmap-layout.js'
export {
  pmapClearModify,
  pmapClearReference,
  pmapIsModified,
  pmapIsReferenced,
  pmapPageProtect,
} from './pmap-page.js'
export type { PmapRef } from './pmap-pte.js'
export { pmapCollect, pmapKremove, pmapProtect, pmapRemove, pmapUnwire } from './pmap-remove.js'

/** Which part of an execution is to be seen: event `from` at the left edge, so many pixels for each. */
export interface Viewport {
  readonly from: number
  readonly scale: number
}

/** What bounds it: how many events there are, and how many pixels wide they are shown. */
export interface Extent {
  readonly length: number
  readonly width: number
}

/** Pixels of an event at most. */
export const LARGEST_SCALE = 48
/** Pixels left free beyond the last event. */
const ROOM = 24
/** How much of the width stays free beside an event that is brought into view. */
const MARGIN = 0.15

/** All of it. */
export function fitted(extent: Extent): Viewport {
  return { from: 0, scale: leastScale(extent) }
}

/** Events `from` to `to` with some room. */
export function fittedTo(extent: Extent, from: number, to: number): Viewport {
  const room = Math.max(4, (to - from + 1) * MARGIN)
  return bounded(extent, { from: from - room, scale: extent.width / (to - from + 1 + 2 * room) })
}

/** Enlarges by `factor`; what is at pixel `x` stays there. */
export function zoomed(extent: Extent, view: Viewport, factor: number, x: number): Viewport {
  const at = view.from + x / view.scale
  const { scale } = bounded(extent, { from: 0, scale: view.scale * factor })
  return bounded(extent, { from: at - x / scale, scale })
}

/** Moves what is seen by so many pixels. */
export function panned(extent: Extent, view: Viewport, pixels: number): Viewport {
  return bounded(extent, { from: view.from + pixels / view.scale, scale: view.scale })
}

/** The same, or as little moved as it takes to see `event`. */
export function revealing(extent: Extent, view: Viewport, event: number): Viewport {
  const seen = extent.width / view.scale
  const margin = Math.min(seen * MARGIN, 40)
  if (event < view.from + margin) return bounded(extent, { ...view, from: event - margin })
  if (event + 1 > view.from + seen - margin)
    return bounded(extent, { ...view, from: event + 1 + margin - seen })
  return view
}

/** The event at pixel `x`. */
export function eventAt({ length }: Extent, { from, scale }: Viewport, x: number): number {
  return Math.min(length - 1, Math.max(0, Math.floor(from + x / scale)))
}

/** The same, within what there is. */
export function bounded(extent: Extent, { from, scale }: Viewport): Viewport {
  const fits = Math.min(LARGEST_SCALE, Math.max(leastScale(extent), scale))
  const most = extent.length - (extent.width - ROOM) / fits
  return { from: Math.max(0, Math.min(most, from)), scale: fits }
}

function leastScale({ length, width }: Extent): number {
  return Math.min(LARGEST_SCALE, Math.max(1, width - ROOM) / Math.max(1, length))
}

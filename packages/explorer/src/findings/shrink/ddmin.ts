/**
 * The smallest part of `items` that still passes, as far as leaving out parts of it finds one (Zeller and Hildebrandt, "Simplifying and
 * isolating failure-inducing input", 2002): at the end no single item can be left out, unless `passes` has no time left.
 *
 * `passes` gives the items of what it accepts, which may be fewer than it was given, or undefined.
 */
export function ddmin<T>(
  items: readonly T[],
  passes: (items: readonly T[]) => readonly T[] | undefined,
): readonly T[] {
  let best = items
  let parts = 2
  if (best.length > 0) best = passes([]) ?? best
  while (best.length >= 2) {
    const smaller = withoutOnePart(best, Math.min(parts, best.length), passes)
    if (smaller !== undefined) {
      best = smaller
      parts = Math.max(2, parts - 1)
    } else if (parts >= best.length) break
    else parts = Math.min(best.length, parts * 2)
  }
  return best
}

function withoutOnePart<T>(
  items: readonly T[],
  parts: number,
  passes: (items: readonly T[]) => readonly T[] | undefined,
): readonly T[] | undefined {
  for (let part = 0; part < parts; part++) {
    const from = Math.floor((part * items.length) / parts)
    const to = Math.floor(((part + 1) * items.length) / parts)
    const accepted = passes([...items.slice(0, from), ...items.slice(to)])
    if (accepted !== undefined && accepted.length < items.length) return accepted
  }
  return undefined
}

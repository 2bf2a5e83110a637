import { Rng } from '@holdfast/explorer'

/**
 * `count` of the items, each as likely, or all of them if there are no more, in the order in which they are drawn: so many of them from the start are a sample too.
 * The same for the same seed.
 */
export function sampleOf<Item>(items: readonly Item[], count: number, seed: number): Item[] {
  const rng = new Rng(seed)
  const left = items.map((_, at) => at)
  const chosen: number[] = []
  while (chosen.length < count && left.length > 0) {
    const at = rng.below(left.length)
    chosen.push(left[at] as number)
    left[at] = left.at(-1) as number
    left.pop()
  }
  return chosen.map((at) => items[at] as Item)
}

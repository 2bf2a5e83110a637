import type { Site } from '@holdfast/compiler'
import { dotText, ON_CYCLE } from './dot.js'
import type { WaitPicture } from './execution-probe.js'

/** Who waits for whom, at the end of an execution in which nothing moves any more: a cycle of it is a deadlock, and drawn red. */
export function waitForDot(
  { waits, cycle, names }: WaitPicture,
  sites: readonly Site[],
  label: string,
): string {
  const placed = (site: number): string => {
    const place = sites[site]
    return place === undefined ? '' : `\n${place.cName}:${place.line}`
  }
  const waiters = new Map(waits.map((wait) => [wait.who, wait]))
  const nodes = [...names].map(([who, name]) => {
    const wait = waiters.get(who)
    const text = wait === undefined ? name : `${name}${placed(wait.site)}`
    return {
      id: `w${who}`,
      attributes: { label: text, ...(cycle.some((each) => each.who === who) ? ON_CYCLE : {}) },
    }
  })
  const nobodys = waits.filter((wait) => wait.for.length === 0)
  const things = [...new Set(nobodys.map(({ what }) => what))]
  const next = new Map(cycle.map((wait, i) => [wait.who, cycle[(i + 1) % cycle.length]?.who]))
  return dotText({
    name: 'wait-for graph',
    label,
    nodes: [
      ...nodes,
      ...things.map((what, n) => ({
        id: `t${n}`,
        attributes: { label: what, shape: 'ellipse', style: 'dashed' },
      })),
    ],
    edges: [
      ...waits.flatMap((wait) =>
        wait.for.map((on) => ({
          from: `w${wait.who}`,
          to: `w${on}`,
          attributes: { label: wait.what, ...(next.get(wait.who) === on ? ON_CYCLE : {}) },
        })),
      ),
      ...nobodys.map((wait) => ({
        from: `w${wait.who}`,
        to: `t${things.indexOf(wait.what)}`,
        attributes: { style: 'dashed' },
      })),
    ],
  })
}

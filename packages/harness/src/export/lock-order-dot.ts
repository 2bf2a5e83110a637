import type { Site } from '@holdfast/compiler'
import { LockGraph } from '@holdfast/explorer'
import type { SeenEdge } from '@holdfast/explorer'
import { dotText, ON_CYCLE } from './dot.js'

/** Which class of locks was taken while which was held. What is on a cycle is red. */
export function lockOrderDot(seen: readonly SeenEdge[], sites: readonly Site[], label: string): string {
  const graph = new LockGraph()
  for (const edge of seen) if (edge.order === undefined) graph.add(edge)
  const red = new Set<string>()
  for (const { from, to } of graph.edges()) {
    if (graph.cycles(from, to).length > 0) red.add(`${from} ${to}`)
  }
  const onCycle = new Set([...red].flatMap((each) => each.split(' ')))
  const nested = seen.filter(({ order }) => order !== undefined)
  const twice = (name: string): boolean =>
    (['up', 'down'] as const).every((order) =>
      nested.some((edge) => edge.from === name && edge.order === order),
    )
  const placed = (site: number): string => {
    const place = sites[site]
    return place === undefined ? '?' : `${place.cName}:${place.line}`
  }
  const text = ({ fromSite, toSite }: Pick<SeenEdge, 'fromSite' | 'toSite'>): string =>
    `${placed(fromSite)}\nthen ${placed(toSite)}`
  const names = [...new Set(seen.flatMap(({ from, to }) => [from, to]))].sort()
  return dotText({
    name: 'lock order',
    label,
    nodes: names.map((id) => ({ id, attributes: onCycle.has(id) || twice(id) ? ON_CYCLE : {} })),
    edges: [
      ...graph.edges().map((edge) => ({
        from: edge.from,
        to: edge.to,
        attributes: { label: text(edge), ...(red.has(`${edge.from} ${edge.to}`) ? ON_CYCLE : {}) },
      })),
      ...nested.map((edge) => ({
        from: edge.from,
        to: edge.to,
        attributes: {
          label: `${text(edge)}\naddresses go ${edge.order}`,
          ...(twice(edge.from) ? ON_CYCLE : { style: 'dashed' }),
        },
      })),
    ],
  })
}

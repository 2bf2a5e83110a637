import type { Execution } from './execution.js'

/** How many events two executions begin with that are the same: who, what, where (as it is written), which word, and its values. */
export function commonPrefix(one: Execution, other: Execution): number {
  const least = Math.min(one.length, other.length)
  for (let event = 0; event < least; event++) if (!isSame(one, other, event)) return event
  return least
}

function isSame(one: Execution, other: Execution, event: number): boolean {
  return (
    one.actors[one.events.actor[event] as number] === other.actors[other.events.actor[event] as number] &&
    one.ops[one.events.op[event] as number] === other.ops[other.events.op[event] as number] &&
    one.events.old[event] === other.events.old[event] &&
    one.events.new[event] === other.events.new[event] &&
    one.words[one.events.word[event] as number]?.name ===
      other.words[other.events.word[event] as number]?.name &&
    placeOf(one, event) === placeOf(other, event)
  )
}

/** Lines move when a source is patched: its text and its function count. */
function placeOf({ events, places, stacks }: Execution, event: number): string {
  const place = places[stacks[events.stack[event] as number]?.[0] ?? -1]
  return place === undefined ? '' : `${place.file} ${place.function} ${place.text}`
}

import { defineScenario } from '../../scenario/define.js'
import { MACHINE, sleep } from './parts.js'

/** Faults on three pages that nobody has touched. */
function reader(page: number) {
  return {
    program: [
      sleep(2),
      { op: 'touch', page },
      { op: 'touch', page: page + 1 },
      { op: 'touch', page: page + 2 },
    ],
  } as const
}

const WIRE = [{ op: 'vslock', page: 10, pages: 1 }, { op: 'vsunlock' }] as const
const WRITER = { program: [sleep(2), ...WIRE, ...WIRE] } as const

export const mapCrowd = defineScenario({
  name: 'map-crowd',
  description:
    'The map of a process whose LWPs fault on new pages and wire others, all at the same tick, on three CPUs: several readers of the map wait for a writer, writers for ' +
    'readers, and who leaves hands it over to one of them, or to all who read.',
  machine: { ...MACHINE, cpus: 3, memory: 120, freemin: 11 },
  processes: [{ name: 'team', pages: 12, lwps: [reader(0), reader(3), reader(6), WRITER, WRITER] }],
})

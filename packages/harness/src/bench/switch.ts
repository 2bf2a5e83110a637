import { buildMachine, startMachine } from '@holdfast/cpu'
import { CI_NSWITCHES, OP_JUMP, OP_YIELD } from '@holdfast/kernel'

const SECONDS = 2

/** Context switches a second of one CPU whose two LWPs do nothing but yield. */
export async function switchFigures(): Promise<number> {
  const lwp = { program: 0, class: 0, priority: 0 }
  const image = buildMachine(
    { ncpu: 1, physmem: 256, swapPages: 256, diskTicks: 0 },
    {
      seed: 1,
      programs: [[OP_YIELD, 0, 0, 0, OP_JUMP, 0, 0, 0]],
      processes: [{ nice: 20, pages: 1, lwps: [lwp, lwp] }],
    },
  )
  const machine = await startMachine(image)
  const started = performance.now()
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000))
  const switches = machine.mem.read(image.config.cpuInfos + CI_NSWITCHES)
  const seconds = (performance.now() - started) / 1000
  const outcome = await machine.stop('time')
  if (outcome.reason !== 'stopped') throw new Error(`the machine ended by itself: ${outcome.reason}`)
  return switches / seconds
}

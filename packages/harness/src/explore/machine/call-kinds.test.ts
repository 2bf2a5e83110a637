import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { FORGETS, PreemptionBound, explore } from '@holdfast/explorer'
import type { BoundedOptions, World } from '@holdfast/explorer'
import { expect, test } from 'vitest'
import { packagePath } from '../../packages.js'
import { KEEPERS, callKinds } from './call-kinds.js'
import { kernelBuild } from './kernel-build.js'
import { kernelSubject } from '../subject/kernel-subject.js'

const { compiled } = await kernelBuild()

test('each loop without end that is named is in the kernel as compiled', () => {
  const kinds = callKinds(compiled.sites)
  const heads = compiled.sites.filter((_, site) => kinds[site] === FORGETS)
  expect([...new Set(heads.map((site) => site.function))].sort()).toEqual(
    ['idleLoop', 'initMain', 'softclockThread', 'uvmPageout', 'uvmScheduler', 'userMode'].sort(),
  )
})

/** What a CPU keeps, of which MachineTarget.registers tells; and what decides nothing under control. */
const REGISTERS =
  /^(cpu|actor)\.(mmuBusy|preemptWanted|dropCoroutine|spinDepth|prevlwp|self|pollsToTimer|timerNext)$/
const CHANGES =
  /(?<![\w.])([a-z]\w*(?:\.\w+)+)(?: (?:[-+|&]?=) |\+\+|--)|(?<![\w.])([a-z][\w.]*\.(?:push|pop|splice|shift|unshift))\(/g
/** Does not run under control, or is no part of the kernel. */
const OUTSIDE =
  /\/(host|testing)\/|\.test\.ts$|\/(mem|sync|thread|parking[\w-]*|lockstat[\w-]*|call-site|arena|layout|panic|lock-classes|frames|stack-touch|stopped)\.ts$/

/** What functions of the kernel change of objects, in files that callKinds does not except. */
function changes(): string[] {
  const found: string[] = []
  for (const name of ['atomics-sync', 'mm', 'kernel', 'cpu']) {
    const folder = packagePath(`${name}/src`)
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts') || OUTSIDE.test(`/${file}`) || KEEPERS.test(`/${name}/src/${file}`)) continue
      const code = readFileSync(join(folder, file), 'utf8').replaceAll(/\/\*[^]*?\*\/|\/\/.*$/gm, '')
      for (const [, field, list] of code.matchAll(CHANGES)) {
        const changed = field ?? list ?? ''
        if (!REGISTERS.test(changed)) found.push(`${file}: ${changed}`)
      }
    }
  }
  return found
}

test('no other function of the kernel changes an object that its caller keeps', () => {
  // A list of its own, which it gives to nobody.
  expect(changes()).toEqual(['disk.ts: refused.push'])
})

test('states told apart by where coroutines stand lead to the ends that all executions have (without preemptions, a tick at any point)', async () => {
  const ends = async (options: BoundedOptions): Promise<{ found: string[]; executions: number }> => {
    const { target, options: engine } = await kernelSubject('timeout-vs-tick', { time: { ticks: 1 } })
    const found = new Set<string>()
    const collect = {
      name: 'ends',
      reset: () => {},
      finish(world: World) {
        if (world.outcome !== 'abandoned')
          found.add(`${world.outcome} ${createHash('sha256').update(world.words).digest('hex')}`)
      },
    }
    const strategy = new PreemptionBound({ bound: 0, ...options })
    const { executions, complete } = explore(target, { strategy, engine, observers: [collect] })
    expect(complete).toBe(true)
    return { found: [...found].sort(), executions }
  }
  const all = await ends({})
  const few = await ends({ cache: true, frames: true, sharedOnly: true })
  expect(few.found).toEqual(all.found)
  expect(few.executions).toBeLessThan(all.executions)
})

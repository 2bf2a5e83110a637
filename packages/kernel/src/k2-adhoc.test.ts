import { Mem } from '@holdfast/atomics-sync'
import { test } from 'vitest'
import { OP_COUNT, OP_LOOP, OP_JUMP, OP_BRANCH, OP_KILL, OP_STOP, OP_END, OP_LWP_EXIT, OP_EXIT, OP_CONT, OP_SLEEP, OP_WAIT, RANDOM } from './program.js'
import { kernelInvariants } from './testing/kernel-invariants.js'
import { randomWorkload } from './testing/random-workload.js'
import { dump } from './testing/dump.js'
import { OneCpu } from './testing/run-one-cpu.js'
import { ALLPROC, ZOMBPROC } from './globals.js'
import { P_LIST_NEXT } from './proc.js'
import { UVMEXP_SWAPINS, UVMEXP_SWAPOUTS, UVMEXP_FREE } from '@holdfast/mm'

let reads = 0
let lastTick = 0
let HANG = () => {}
const realRead = Mem.prototype.read
Mem.prototype.read = function (a) { if (++reads > 30e6) { reads = 0; throw new Error('HANG') } return realRead.call(this, a) }
test('adhoc', () => {
  const all = Array.from({ length: OP_COUNT }, (_, n) => n).filter((n) => ![OP_LOOP, OP_JUMP, OP_BRANCH].includes(n))
  for (let seed = Number(process.env.SEED ?? 1); seed < Number(process.env.SEED ?? 1) + Number(process.env.N ?? 20); seed++) {
    const physmem = Number(process.env.PHYS ?? 400)
    const workload = randomWorkload({ seed, processes: 6, lwps: 3, pages: Number(process.env.PAGES ?? 12), length: Number(process.env.LEN ?? 30), maxSleep: Number(process.env.SLP ?? 30), ops: all.filter((n) => n !== OP_END && n !== OP_LWP_EXIT && n !== OP_EXIT && !(process.env.NO ?? '').split(',').includes(String(n))) })
    let m: OneCpu | undefined
    try {
      m = new OneCpu({ ncpu: 1, physmem, swapPages: 2000, diskTicks: 2, maxslp: 2, kdassert: true, maxproc: 40, maxlwp: 80, workload }, { inspect: (x) => { reads = 0; if (process.env.NOCHECK) return
        const b = kernelInvariants(x.cpu)
        if (b.length) throw new Error(b.join('\n'))
      } })
      m.run((x) => { const { mem } = x; let n = 0; for (let p = mem.read(ALLPROC); p; p = mem.read(p + P_LIST_NEXT)) n++; return n <= 3 && mem.read(ZOMBPROC) === 0 }, 60000)
      console.log(seed, 'ok', m.now, m.resumed, 'swapins', m.mem.read(UVMEXP_SWAPINS), 'outs', m.mem.read(UVMEXP_SWAPOUTS), 'free', m.mem.read(UVMEXP_FREE), JSON.stringify(Object.fromEntries(m.counts)))
    } catch (e) {
      console.log(seed, 'FAIL', m?.now, m?.resumed, (e as Error).stack?.split('\n').slice(0, 14).join('\n') + '\n', JSON.stringify(m ? Object.fromEntries(m.counts) : {}), m ? dump(m.cpu).split('\n').slice(-Number(process.env.DUMP ?? 1)).join('\n') : '', JSON.stringify(m?.events.filter((e) => !process.env.LWP || e.includes(Number(process.env.LWP))).slice(-Number(process.env.EV ?? 1))))
    }
  }
}, 120000)

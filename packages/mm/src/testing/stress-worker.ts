import { parentPort, workerData } from 'node:worker_threads'
import { runToEnd } from '@holdfast/atomics-sync'
import type { Sleeps } from '@holdfast/atomics-sync'
import { kvaLoad, kvaStore, kvaWireCount, userLoad, userStore } from '../access.js'
import { PAGE_SIZE, VM_PROT_READ, VM_PROT_WRITE } from '../param.js'
import { pmapCollect } from '../pmap.js'
import { tlbOffline, tlbOnline } from '../pmap-tlb.js'
import { uvmFaultUnwire, uvmFaultWire } from '../uvm-fault-wire.js'
import { UVM_KMF_PAGEABLE, UVM_KMF_WAITVA, uvmKmAlloc, uvmKmFree } from '../uvm-km.js'
import { MAP_INHERIT_COPY, UVM_FLAG_FIXED, VM_MAP } from '../uvm-map-layout.js'
import { uvmMap } from '../uvm-map.js'
import { uvmPageout } from '../uvm-pdaemon.js'
import { uvmspaceAlloc, uvmspaceFork, uvmspaceFree } from '../uvm-space.js'
import type { MmConfig } from '../vm-cpu.js'
import { vmMapLockTry, vmMapPmap, vmMapUnlock } from '../vm-map-lock.js'
import { StressCpu } from './stress-cpu.js'

/** What a stress worker is told. CPU 0 runs the pagedaemon; the others work on memory, their own and shared. */
export interface StressOptions {
  readonly buffer: SharedArrayBuffer
  readonly config: MmConfig
  readonly id: number
  readonly lot: number
  readonly clock: number
  /** A vmspace that all share, of `sharedPages` pages. */
  readonly shared: number
  readonly sharedPages: number
  readonly rounds: number
  readonly seed: number
}

const RW = VM_PROT_READ | VM_PROT_WRITE
export const STRESS_BASE = 0x10_0000
const OWN_PAGES = 16
const USPACE = 2 * PAGE_SIZE

function expectEqual(what: string, got: unknown, wanted: unknown): void {
  if (got !== wanted) throw new Error(`${what}: got ${String(got)}, expected ${String(wanted)}`)
}

/** Each CPU has a word of its own in every shared page, and wires, forks, pages out and collects as it likes. */
function* work(cpu: StressCpu, options: StressOptions): Sleeps<void> {
  const { kernelMap } = cpu.config
  const sharedMap = options.shared + VM_MAP
  const shared = new Int32Array(options.sharedPages)
  const areas: { va: number; wired: boolean; value: number }[] = []
  let state = options.seed * 7919 + options.id
  const random = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff
    return (state >>> 8) % below
  }

  for (let i = 0; i < 4; i++) {
    const va = yield* uvmKmAlloc(cpu, kernelMap, USPACE, 0, UVM_KMF_PAGEABLE | UVM_KMF_WAITVA)
    expectEqual('wire', yield* uvmFaultWire(cpu, kernelMap, va, va + USPACE, RW, 0), 0)
    areas.push({ va, wired: true, value: 0 })
  }
  let own = yield* uvmspaceAlloc(cpu)
  yield* uvmMap(
    cpu,
    own + VM_MAP,
    STRESS_BASE,
    OWN_PAGES * PAGE_SIZE,
    RW,
    RW,
    MAP_INHERIT_COPY,
    UVM_FLAG_FIXED,
  )
  const mine = new Int32Array(OWN_PAGES)

  for (let round = 0; round < options.rounds; round++) {
    const n = random(options.sharedPages)
    const va = STRESS_BASE + n * PAGE_SIZE
    const page = random(OWN_PAGES)
    const ownVa = STRESS_BASE + page * PAGE_SIZE
    const area = areas[random(areas.length)] as (typeof areas)[number]
    switch (random(10)) {
      case 0:
      case 1:
        shared[n] = round
        expectEqual('shared store', yield* userStore(cpu, sharedMap, va + 4 * options.id, round), 0)
        break
      case 2:
      case 3:
        expectEqual('shared load', yield* userLoad(cpu, sharedMap, va + 4 * options.id), shared[n])
        break
      case 4: // as physio
        expectEqual('vslock', yield* uvmFaultWire(cpu, sharedMap, va, va + PAGE_SIZE, RW, 0), 0)
        expectEqual('locked load', yield* userLoad(cpu, sharedMap, va + 4 * options.id), shared[n])
        yield* uvmFaultUnwire(cpu, sharedMap, va, va + PAGE_SIZE)
        break
      case 5: // as a swap-out of a stack, or a swap-in
        if (area.wired) {
          yield* uvmFaultUnwire(cpu, kernelMap, area.va, area.va + USPACE)
        } else {
          expectEqual(
            'uarea_swapin',
            yield* uvmFaultWire(cpu, kernelMap, area.va, area.va + USPACE, RW, 0),
            0,
          )
          expectEqual('wired', kvaWireCount(cpu, area.va), 1)
          expectEqual('stack', kvaLoad(cpu, area.va + 4), area.value)
          expectEqual('stack', kvaLoad(cpu, area.va + USPACE - 4), area.value)
          area.value = round
          kvaStore(cpu, area.va + 4, round)
          kvaStore(cpu, area.va + USPACE - 4, round)
        }
        area.wired = !area.wired
        break
      case 6:
        mine[page] = round
        expectEqual('own store', yield* userStore(cpu, own + VM_MAP, ownVa, round), 0)
        break
      case 7:
        expectEqual('own load', yield* userLoad(cpu, own + VM_MAP, ownVa), mine[page])
        break
      case 8: {
        if (random(4) !== 0) break
        const child = yield* uvmspaceFork(cpu, own)
        if (child === 0) throw new Error('uvmspace_fork failed')
        yield* userStore(cpu, own + VM_MAP, ownVa, -1)
        expectEqual('child', yield* userLoad(cpu, child + VM_MAP, ownVa), mine[page])
        if (random(2) === 0) {
          yield* uvmspaceFree(cpu, own)
          own = child
        } else {
          yield* userStore(cpu, child + VM_MAP, ownVa, -2)
          expectEqual('parent', yield* userLoad(cpu, own + VM_MAP, ownVa), -1)
          yield* uvmspaceFree(cpu, child)
          mine[page] = -1
        }
        break
      }
      default:
        if (random(4) === 0 && vmMapLockTry(cpu, sharedMap)) {
          pmapCollect(cpu, vmMapPmap(cpu, sharedMap))
          vmMapUnlock(cpu, sharedMap)
        }
    }
  }
  yield* uvmspaceFree(cpu, own)
  for (const { va } of areas) yield* uvmKmFree(cpu, kernelMap, va, USPACE, UVM_KMF_PAGEABLE)
}

if (parentPort !== null) {
  const options = workerData as StressOptions
  const cpu = new StressCpu(options.buffer, options.config, options.id, options.lot, options.clock)
  tlbOnline(cpu)
  if (options.id === 0) {
    runToEnd(uvmPageout(cpu))
  } else {
    runToEnd(work(cpu, options))
    tlbOffline(cpu)
    parentPort.postMessage('done')
  }
}

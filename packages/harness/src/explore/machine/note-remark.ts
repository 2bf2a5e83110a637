import type { Remark, World } from '@holdfast/explorer'
import { eventKinds, UVM_SCHEDULER_KICKED, wmesgText } from '@holdfast/kernel'
import { UVMEXP_FREE } from '@holdfast/mm'
import type { MachineTarget } from './machine-target.js'
import type { WordTexts } from './word-texts.js'

/** What the kernel notes (EV_*), as a remark; undefined: nothing that a finding is ever about. */
export function noteRemark(
  target: MachineTarget,
  texts: WordTexts,
  world: World,
  actor: number,
  kind: number,
  a: number,
  b: number,
): Remark | undefined {
  const self = target.cpus[actor]?.self ?? 0
  const lwp = (addr: number): string => target.lwpName(world, addr)
  const proc = (addr: number): string => target.procName(world.words, addr)
  const word = (addr: number): string => texts.name(addr, world.words)
  switch (eventKinds[kind]?.name) {
    case 'sleep':
      if (wmesgText(b) === 'tstile') return undefined // it has blocked on a lock, and that was noted
      if (a === UVMEXP_FREE)
        return { text: `${lwp(self)} waits for memory (${wmesgText(b)})`, weight: 1, about: [self, a] }
      return { text: `${lwp(self)} sleeps on ${word(a)} (${wmesgText(b)})`, weight: 2, about: [self, a] }
    case 'wake':
      return b === 0
        ? { text: `wakes ${lwp(a)}`, weight: 3, about: [a] }
        : { text: `wakes ${lwp(a)}, which is swapped out`, weight: 1, about: [a] }
    case 'enqueue':
      return { text: `puts ${lwp(a)} on a run queue`, weight: 1, about: [a] }
    case 'kpreempt':
      return { text: `${lwp(a)} gives way in the kernel`, weight: 2, about: [a] }
    case 'block':
      return {
        text: `${lwp(self)} blocks on ${word(a)}${b === 0 ? '' : `, held by ${lwp(b)}`}`,
        weight: 1,
        about: [self, a, b],
      }
    case 'timeout':
      return { text: `the sleep of ${lwp(a)} is over`, weight: 3, about: [a] }
    case 'kick':
      return { text: 'kicks the swapper', weight: 2, about: [UVM_SCHEDULER_KICKED] }
    case 'swapin':
      return { text: `${lwp(a)} is in memory again`, weight: 1, about: [a] }
    case 'swapout':
      return { text: `${lwp(a)} is swapped out`, weight: 1, about: [a] }
    case 'hold':
      return { text: `${lwp(a)} is held, ${times(b)}`, weight: 1, about: [a] }
    case 'rele':
      return { text: `a hold on ${lwp(a)} is released, ${b} left`, weight: 1, about: [a] }
    case 'fork':
      return { text: `${proc(a)} forks ${proc(b)}`, weight: 2, about: [a, b] }
    case 'exit':
      return { text: `${proc(a)} exits`, weight: 1, about: [a, self] }
    case 'lwpCreate':
      return { text: `${lwp(a)} is made`, weight: 2, about: [a] }
    case 'lwpExit':
      return { text: `${lwp(a)} exits`, weight: 1, about: [a] }
    case 'free':
      return { text: `${lwp(a)} is freed`, weight: 1, about: [a] }
    case 'stop':
      return { text: `${proc(a)} is stopped`, weight: 2, about: [a] }
    case 'cont':
      return { text: `${proc(a)} goes on`, weight: 2, about: [a] }
    default:
      return undefined
  }
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}

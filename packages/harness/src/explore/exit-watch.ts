import { issuedWords, outerSite } from '@holdfast/explorer'
import type { Observer, World } from '@holdfast/explorer'
import {
  ALLPROC,
  P_CHILDREN,
  P_LIST_NEXT,
  P_OPPTR,
  P_PPTR,
  P_SIBLING_NEXT,
  P_STAT,
  SZOMB,
  ZOMBPROC,
  eventKinds,
} from '@holdfast/kernel'
import type { MachineListener, MachineTarget } from './machine-target.js'

/**
 * The process tree, whenever a process has become a zombie (the end of exit1, with proc_lock and p_lock).
 *
 * Verifies   E1  the process is a zombie, on zombproc, and a child of its parent, who will find it there
 *            E2  it has no children: none says that it is its parent, or was before somebody traced it (p_opptr; but for zombies, which is a fault of 1.137)
 *            E3  its parent is no zombie: somebody will collect it
 * Does not   tell whether the parent is woken: whoever waits for ever is found otherwise.
 */
export class ExitWatch implements Observer, MachineListener {
  readonly name = 'process tree'
  private readonly target: MachineTarget

  constructor(target: MachineTarget) {
    this.target = target
    target.listen(this)
  }

  reset(): void {}

  event(): void {}

  finish(): void {}

  note(world: World, _actor: number, kind: number, p: number): void {
    if (eventKinds[kind]?.name !== 'exit') return
    const words = issuedWords(world)
    const parent = words[p + P_PPTR] as number
    const alive = this.list(words, ALLPROC, P_LIST_NEXT)
    const zombies = this.list(words, ZOMBPROC, P_LIST_NEXT)
    const children = this.list(words, parent + P_CHILDREN, P_SIBLING_NEXT)
    if (words[p + P_STAT] !== SZOMB || !zombies.includes(p))
      this.report(world, p, 'has exited, and is no zombie')
    else if (!children.includes(p)) this.report(world, p, 'is a zombie that its parent does not know')
    else if (!alive.includes(parent)) this.report(world, p, 'is a zombie whose parent is dead')
    for (const q of alive) {
      if (words[q + P_PPTR] === p) this.report(world, q, 'is the child of a zombie')
      if (words[q + P_OPPTR] === p)
        this.report(world, q, 'was the child of a zombie, and is to go back to it')
    }
    for (const q of zombies) if (words[q + P_PPTR] === p) this.report(world, q, 'is the child of a zombie')
  }

  /** Bounded, as the list may be damaged. */
  private list(words: ArrayLike<number>, head: number, link: number): number[] {
    const found: number[] = []
    for (let p = words[head] as number; p !== 0; p = words[p + link] as number) {
      if (found.length > this.target.machine.config.nprocs) break
      found.push(p)
    }
    return found
  }

  private report(world: World, p: number, what: string): void {
    const step = Math.max(0, world.steps - 1)
    const message = `${this.target.nameOf(p)} ${what}`
    world.report({
      verdict: 'invariant',
      message,
      sites: [outerSite(world)],
      steps: [step],
      words: [p + P_PPTR],
    })
  }
}

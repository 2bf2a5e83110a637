import {
  ADD,
  AWAIT,
  CHOOSE,
  CV_BROADCAST,
  CV_SIGNAL,
  CV_WAIT,
  FENCE,
  JOIN,
  LOAD,
  LOCK,
  NOTIFY,
  READ,
  SPAWN,
  SPIN_WHILE,
  STORE,
  UNLOCK,
  WAIT,
  WRITE,
  YIELD,
} from '@holdfast/compiler'
import type { ActorMem } from '../../engine/actor-mem.js'
import { ENDED } from '../../engine/kinds.js'
import type { Coroutine, Target } from '../../engine/target.js'
import type { World } from '../../engine/world.js'
import { call, check } from '../../program/model-mem.js'

/** A thread as the compiler would make it, for tests of the engine alone. */
export type Body = (mem: ActorMem) => Generator<unknown, unknown, unknown>

/** An operation, and its result. */
export function* op(
  mem: ActorMem,
  kind: number,
  site: number,
  a = 0,
  b = 0,
  c = 0,
): Generator<unknown, number> {
  if (mem.$(kind, site, a, b, c, 0)) yield
  return mem.v as number
}

/** A target of these threads over `words` words; a failed check is a report. `wrong` judges the final words. */
export function threadsTarget(
  name: string,
  words: number,
  bodies: readonly Body[],
  wrong: (words: Int32Array) => boolean = () => false,
): Target {
  return {
    name,
    image: new Int32Array(words),
    pure: true,
    start(world) {
      for (const body of bodies) world.addActor((mem) => body(mem) as Coroutine)
    },
    threw(world, actor, error) {
      world.report({
        verdict: 'assertion',
        message: `T${actor + 1}: ${String(error)}`,
        sites: [world.site[actor] as number],
      })
      return false
    },
    finish(world) {
      if (world.outcome === 'done' && wrong(world.words))
        world.report({ verdict: 'assertion', message: 'at the end', sites: [] })
    },
  }
}

const A = 8
const B = 9
const C = 10
const D = 11

function times<T>(n: number, make: (i: number) => T): T[] {
  return Array.from({ length: n }, (_, i) => make(i))
}

/** s threads `a=1; b=-1`; c threads look at both. */
export function reorder(s: number, c: number): Target {
  function* setter(mem: ActorMem): Generator<unknown, void> {
    yield* op(mem, STORE, 1, A, 1)
    yield* op(mem, STORE, 2, B, -1)
  }
  function* checker(mem: ActorMem): Generator<unknown, void> {
    const x = yield* op(mem, LOAD, 3, A)
    const y = yield* op(mem, LOAD, 4, B)
    check((x === 0 && y === 0) || (x === 1 && y === -1), 'a without b')
  }
  return threadsTarget(`reorder(${s},${c})`, 16, [...times(s, () => setter), ...times(c, () => checker)])
}

/** Two words are set in two stages under a lock each; the other thread sees one without the other. */
export function twostage(): Target {
  function* first(mem: ActorMem): Generator<unknown, void> {
    yield* op(mem, LOCK, 1, A)
    yield* op(mem, WRITE, 2, C, 1)
    yield* op(mem, UNLOCK, 3, A)
    yield* op(mem, LOCK, 4, B)
    yield* op(mem, WRITE, 6, D, (yield* op(mem, READ, 5, C)) + 1)
    yield* op(mem, UNLOCK, 7, B)
  }
  function* second(mem: ActorMem): Generator<unknown, void> {
    yield* op(mem, LOCK, 8, A)
    if ((yield* op(mem, READ, 9, C)) === 0) {
      yield* op(mem, UNLOCK, 10, A)
      return
    }
    const one = yield* op(mem, READ, 11, C)
    yield* op(mem, UNLOCK, 12, A)
    yield* op(mem, LOCK, 13, B)
    const two = yield* op(mem, READ, 14, D)
    yield* op(mem, UNLOCK, 15, B)
    check(two === one + 1, 'one stage without the other')
  }
  return threadsTarget('twostage(1,1)', 16, [first, second])
}

/** Two threads increment a word, each under another mutex. */
export function wronglock(): Target {
  function* careful(mem: ActorMem): Generator<unknown, void> {
    yield* op(mem, LOCK, 1, A)
    const x = yield* op(mem, READ, 2, C)
    yield* op(mem, WRITE, 4, C, (yield* op(mem, READ, 3, C)) + 1)
    check((yield* op(mem, READ, 5, C)) === x + 1, 'changed by somebody else')
    yield* op(mem, UNLOCK, 6, A)
  }
  function* wrong(mem: ActorMem): Generator<unknown, void> {
    yield* op(mem, LOCK, 7, B)
    yield* op(mem, WRITE, 9, C, (yield* op(mem, READ, 8, C)) + 1)
    yield* op(mem, UNLOCK, 10, B)
  }
  return threadsTarget('wronglock(1,1)', 16, [careful, wrong])
}

/** An auditor whose sum is wrong, once both others are done. */
export function accountBad(): Target {
  function* change(mem: ActorMem, by: number, done: number): Generator<unknown, void> {
    yield* op(mem, LOCK, 1, A)
    yield* op(mem, WRITE, 3, B, (yield* op(mem, READ, 2, B)) + by)
    yield* op(mem, WRITE, 4, done, 1)
    yield* op(mem, UNLOCK, 5, A)
  }
  function* audit(mem: ActorMem): Generator<unknown, void> {
    yield* op(mem, LOCK, 6, A)
    if ((yield* op(mem, READ, 7, C)) !== 0 && (yield* op(mem, READ, 8, D)) !== 0)
      check((yield* op(mem, READ, 9, B)) === 0, 'the balance is wrong')
    yield* op(mem, UNLOCK, 10, A)
  }
  return threadsTarget('account_bad', 16, [audit, (mem) => change(mem, 2, C), (mem) => change(mem, -4, D)])
}

/** Two threads take two mutexes in opposite orders. */
export function deadlock01(): Target {
  function* both(mem: ActorMem, first: number, then: number): Generator<unknown, void> {
    yield* op(mem, LOCK, 1, first)
    yield* op(mem, LOCK, 2, then)
    yield* op(mem, UNLOCK, 3, then)
    yield* op(mem, UNLOCK, 4, first)
  }
  return threadsTarget('deadlock01', 16, [(mem) => both(mem, A, B), (mem) => both(mem, B, A)])
}

/** Threads of so many stores each to one word, its values telling who was when: every interleaving is another trace. */
export function writers(...lengths: readonly number[]): Target {
  function* writer(mem: ActorMem, value: number, count: number): Generator<unknown, void> {
    for (let i = 0; i < count; i++) yield* op(mem, STORE, value * 16 + i, A, value)
  }
  return threadsTarget(
    `writers(${lengths.join()})`,
    16,
    lengths.map((count, i) => (mem) => writer(mem, i + 1, count)),
  )
}

/** `before` operations on nothing, then a store; against one store to the same word. Fails if the lone one comes last. */
export function lateStore(before: number): Target {
  function* busy(mem: ActorMem): Generator<unknown, void> {
    for (let i = 0; i < before; i++) yield* op(mem, FENCE, i)
    yield* op(mem, STORE, 100, A, 1)
  }
  function* lone(mem: ActorMem): Generator<unknown, void> {
    yield* op(mem, STORE, 101, A, 2)
  }
  return threadsTarget(`lateStore(${before})`, 16, [busy, lone], (words) => words[A] === 2)
}

/** Waits by spinning, passes a token round. */
export function spinning(): Target {
  function* player(mem: ActorMem, me: number): Generator<unknown, void> {
    yield* op(mem, me === 0 ? AWAIT : SPIN_WHILE, 1, A, me === 0 ? 3 : 0)
    yield* op(mem, ADD, 2, B, 1)
  }
  function* starter(mem: ActorMem): Generator<unknown, void> {
    yield* op(mem, YIELD, 3)
    yield* op(mem, STORE, 4, A, 3)
  }
  return threadsTarget(
    'spinning',
    16,
    [(mem) => player(mem, 0), (mem) => player(mem, 1), starter],
    (words) => words[B] !== 2,
  )
}

/** Polls in a loop, as one should not; it yields. */
export function polling(): Target {
  function* poller(mem: ActorMem): Generator<unknown, void> {
    while ((yield* op(mem, LOAD, 1, A)) === 0) yield* op(mem, YIELD, 2)
  }
  function* setter(mem: ActorMem): Generator<unknown, void> {
    yield* op(mem, FENCE, 3)
    yield* op(mem, STORE, 4, A, 1)
  }
  return threadsTarget('polling', 16, [poller, setter])
}

/** Condition variable: n waiters loop on a flag, one broadcasts. */
export function condvar(n: number): Target {
  function* waiter(mem: ActorMem): Generator<unknown, void> {
    yield* op(mem, LOCK, 1, A)
    while ((yield* op(mem, READ, 2, C)) === 0) yield* op(mem, CV_WAIT, 3, B, A)
    yield* op(mem, UNLOCK, 4, A)
  }
  function* broadcaster(mem: ActorMem): Generator<unknown, void> {
    yield* op(mem, LOCK, 5, A)
    yield* op(mem, WRITE, 6, C, 1)
    yield* op(mem, CV_BROADCAST, 7, B)
    yield* op(mem, UNLOCK, 8, A)
  }
  return threadsTarget(`condvar(${n})`, 16, [...times(n, () => waiter), broadcaster])
}

/** Two waiters, two signals: with `wake: 'any'` a signal has several ways. */
export function signals(): Target {
  function* waiter(mem: ActorMem): Generator<unknown, void> {
    yield* op(mem, LOCK, 1, A)
    while ((yield* op(mem, READ, 2, C)) === 0) yield* op(mem, CV_WAIT, 3, B, A)
    yield* op(mem, UNLOCK, 4, A)
  }
  function* signaller(mem: ActorMem): Generator<unknown, void> {
    yield* op(mem, LOCK, 5, A)
    yield* op(mem, WRITE, 6, C, 1)
    yield* op(mem, UNLOCK, 7, A)
    yield* op(mem, CV_SIGNAL, 8, B)
    yield* op(mem, CV_SIGNAL, 9, B)
  }
  return threadsTarget('signals', 16, [waiter, waiter, signaller])
}

/** A parent that spawns two children, one of which spawns one, and joins; they choose. */
export function family(): Target {
  function* leaf(mem: ActorMem): Generator<unknown, void> {
    const way = yield* op(mem, CHOOSE, 1, 3)
    yield* op(mem, ADD, 2, A, way)
  }
  function* middle(mem: ActorMem): Generator<unknown, void> {
    const child = yield* op(
      mem,
      SPAWN,
      3,
      operand((m) => leaf(m)),
    )
    yield* op(mem, ADD, 4, A, 1)
    yield* op(mem, JOIN, 5, child)
  }
  function* parent(mem: ActorMem): Generator<unknown, void> {
    const first = yield* op(
      mem,
      SPAWN,
      6,
      operand((m) => middle(m)),
    )
    const second = yield* op(
      mem,
      SPAWN,
      7,
      operand((m) => leaf(m)),
    )
    yield* op(mem, JOIN, 8, first)
    yield* op(mem, JOIN, 9, second)
    yield* op(mem, ADD, 10, A, 1)
  }
  return threadsTarget('family', 16, [parent])
}

/** Parent with `own` stores, of which the spawn of a child with `child` stores comes after `before`. */
export function spawning(before: number, own: number, child: number): Target {
  function* young(mem: ActorMem): Generator<unknown, void> {
    for (let i = 0; i < child; i++) yield* op(mem, STORE, 100 + i, A, 2)
  }
  function* parent(mem: ActorMem): Generator<unknown, void> {
    for (let i = 0; i < own; i++) {
      if (i === before)
        yield* op(
          mem,
          SPAWN,
          50,
          operand((m) => young(m)),
        )
      yield* op(mem, STORE, i, A, 1)
    }
  }
  return threadsTarget(`spawning(${before},${own},${child})`, 16, [parent])
}

/** What SPAWN announces: a call where other operations have a number. */
function operand(body: Body): number {
  return call(({ mem }) => body(mem as unknown as ActorMem) as unknown as void) as unknown as number
}

/** Timed waits on a word that is notified once. */
export function timed(): Target {
  function* waiter(mem: ActorMem): Generator<unknown, void> {
    yield* op(mem, WAIT, 1, A, 0, 5)
    yield* op(mem, ADD, 2, B, 1)
  }
  function* waker(mem: ActorMem): Generator<unknown, void> {
    yield* op(mem, STORE, 3, A, 1)
    yield* op(mem, NOTIFY, 4, A, 1)
  }
  return threadsTarget('timed', 16, [waiter, waiter, waker])
}

/**
 * A machine of two actors that increment a word three times; each may be interrupted `most` times, before any of its operations but
 * not within a handler, and the handler increments another word by a load and a store.
 */
export function interrupted(most: number): Target {
  const taken = [0, 0]
  const inside = [0, 0]
  function* main(mem: ActorMem): Generator<unknown, void> {
    for (let i = 0; i < 3; i++) yield* op(mem, ADD, 1 + i, A, 1)
  }
  function* handler(mem: ActorMem, actor: number): Generator<unknown, void> {
    const before = yield* op(mem, LOAD, 10, B)
    yield* op(mem, STORE, 11, B, before + 1)
    inside[actor] = 0
  }
  return {
    name: 'interrupted',
    image: new Int32Array(16),
    pure: false,
    start(world) {
      taken.fill(0)
      inside.fill(0)
      world.addActor(main)
      world.addActor(main)
    },
    interrupts(world: World, actor: number) {
      if (world.kind[actor] === ENDED || (inside[actor] as number) > 0) return 0
      return (taken[actor] as number) < most ? 1 : 0
    },
    handler(world, actor) {
      taken[actor] = (taken[actor] as number) + 1
      inside[actor] = 1
      return handler(world.mems[actor] as ActorMem, actor)
    },
    finish(world) {
      if (world.words[A] !== 6) world.report({ verdict: 'assertion', message: 'lost', sites: [] })
    },
  }
}

/**
 * What a CPU notes of its doings (`cpu.events.record(kind, a, b)`), for reports and traces. Never part of the protocol.
 */
export const EV_SWITCH = 1
export const EV_SLEEP = 2
export const EV_WAKE = 3
export const EV_ENQUEUE = 4
export const EV_STEAL = 5
export const EV_MIGRATE = 6
export const EV_KPREEMPT = 7
export const EV_BLOCK = 8
export const EV_LEND = 9
export const EV_TIMEOUT = 10
export const EV_PSTATS = 11
export const EV_KICK = 12
export const EV_SWAPIN = 13
export const EV_SWAPOUT = 14
export const EV_HOLD = 15
export const EV_RELE = 16
export const EV_FORK = 17
export const EV_EXIT = 18
export const EV_FREE = 19
export const EV_STOP = 20
export const EV_CONT = 21
export const EV_LWP_CREATE = 22
export const EV_LWP_EXIT = 23

/** How an event is told: its name, and what its two operands are. */
export interface EventKind {
  readonly name: string
  /** What `a` and `b` are; empty if unused. */
  readonly a: string
  readonly b: string
}

/** Name and operands of each kind, by EV_* number. */
export const eventKinds: readonly EventKind[] = [
  { name: 'none', a: '', b: '' },
  { name: 'switch', a: 'old lwp', b: 'new lwp' },
  { name: 'sleep', a: 'wait channel', b: 'wait message' },
  { name: 'wake', a: 'lwp', b: 'needs swap-in' },
  { name: 'enqueue', a: 'lwp', b: 'priority' },
  { name: 'steal', a: 'lwp', b: 'from cpu_info' },
  { name: 'migrate', a: 'lwp', b: 'to cpu_info' },
  { name: 'kpreempt', a: 'lwp', b: '' },
  { name: 'block', a: 'lock', b: 'owner' },
  { name: 'lend', a: 'to lwp', b: 'priority' },
  { name: 'timeout', a: 'lwp', b: 'tick' },
  { name: 'pstats', a: 'second', b: '' },
  { name: 'kick', a: '', b: '' },
  { name: 'swapin', a: 'lwp', b: '' },
  { name: 'swapout', a: 'lwp', b: '' },
  { name: 'hold', a: 'lwp', b: 'holds' },
  { name: 'rele', a: 'lwp', b: 'holds' },
  { name: 'fork', a: 'parent', b: 'child' },
  { name: 'exit', a: 'proc', b: 'status' },
  { name: 'free', a: 'lwp', b: '' },
  { name: 'stop', a: 'proc', b: '' },
  { name: 'cont', a: 'proc', b: '' },
  { name: 'lwpCreate', a: 'lwp', b: 'proc' },
  { name: 'lwpExit', a: 'lwp', b: 'proc' },
]

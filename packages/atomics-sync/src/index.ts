export { NULL, Mem, SpinDeadline } from './mem.js'
export type { Addr, MemOps, MemOptions } from './mem.js'
export { Panic, kassert, kdassert, panic } from './panic.js'
export type { SyncFault } from './sync-fault.js'
export { globals, layout, layoutOf, layouts } from './layout.js'
export type { Field, FieldSpec, Layout } from './layout.js'
export { Arena } from './arena.js'
export type { Region } from './arena.js'
export {
  CV_SYNCOBJ,
  MUTEX_SYNCOBJ,
  RW_SYNCOBJ,
  TS_READER_Q,
  TS_WRITER_Q,
  operations,
  runToEnd,
} from './actor.js'
export type { Actor, InterruptOps, SleepOps, Sleeps, TurnstileOps } from './actor.js'
export {
  MUTEX_BIT_SPIN,
  MUTEX_BIT_WAITERS,
  MUTEX_DESTROYED,
  MUTEX_FLAGS,
  MUTEX_WORDS,
  mutexSpinEnter,
  mutexSpinExit,
  mutexSpinInit,
  mutexSpinTryEnter,
} from './spin-mutex.js'
export {
  mutexDestroy,
  mutexEnter,
  mutexExit,
  mutexInit,
  mutexOwned,
  mutexOwner,
  mutexTryEnter,
} from './mutex.js'
export {
  RWLOCK_WORDS,
  RW_HAS_WAITERS,
  RW_READER,
  RW_READ_INCR,
  RW_THREAD,
  RW_WRITER,
  RW_WRITE_LOCKED,
  RW_WRITE_WANTED,
  rwDestroy,
  rwDowngrade,
  rwEnter,
  rwExit,
  rwInit,
  rwLockHeld,
  rwOwner,
  rwReadHeld,
  rwTryEnter,
  rwTryUpgrade,
  rwWriteHeld,
} from './rwlock.js'
export {
  CV_WORDS,
  cvBroadcast,
  cvDestroy,
  cvHasWaiters,
  cvInit,
  cvSignal,
  cvTimedwait,
  cvTimedwaitSig,
  cvWait,
  cvWaitSig,
} from './condvar.js'
export {
  SEMAPHORE_WORDS,
  semaphoreAcquire,
  semaphoreCount,
  semaphoreInit,
  semaphoreRelease,
  semaphoreTryAcquire,
} from './semaphore.js'
export { BARRIER_WORDS, barrierInit, barrierWait } from './barrier.js'
export { ONCE_WORDS, onceAbandon, onceDone, onceEnter, onceInit } from './once.js'
export { parkingInit, parkingWords } from './parking-layout.js'
export { ParkingDeadline, parkingInterrupts, parkingSleepq, parkingTurnstile } from './parking.js'
export type { Parker } from './parking.js'
export { Thread, attachSync, createSync, detachSync } from './thread.js'
export type { Sync, ThreadOptions } from './thread.js'
export {
  acquire,
  arrive,
  broadcast,
  lock,
  once,
  readLock,
  release,
  rwUnlock,
  signal,
  tryAcquire,
  tryLock,
  unlock,
  wait,
  withLock,
  writeLock,
} from './sync.js'
export { clockNs, mergeLockstat } from './lockstat.js'
export type { Lockstat, LockstatRow, LockstatSite, LockstatSnapshot } from './lockstat.js'
export { NO_CLASS, lockClasses } from './lock-classes.js'
export type { LockClasses } from './lock-classes.js'
export { LockstatCollector } from './lockstat-collector.js'
export type { LockstatOptions } from './lockstat-collector.js'

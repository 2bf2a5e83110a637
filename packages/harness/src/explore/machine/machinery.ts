import type { Site } from '@holdfast/compiler'

/** The code of locks, and of sleeping and switching: a report names who called it. */
const LOCKS = /packages\/atomics-sync\/src\//
const SLEEPING =
  /\/(kern-sleepq|kern-turnstile|turnstile-pri|mi-switch|kern-synch|syncobj|kpreempt|controlled|uvm-unlock-and-wait|netbsd|vm-ops|user|thread-entries)\.ts$/
/** lwp_lock and its like, and the list macros, are a lock's code, or a field access, to who reads a report. */
const WRAPPERS = /\/(kern-lwp-lock|list|pglist)\.ts$/
const WAITERS = /^uvm_wait$/

/** Which sites are within the code of a lock, so that whoever called it is meant. */
export function innerSites(sites: readonly Site[]): Uint8Array {
  return Uint8Array.from(sites, ({ file }) => (LOCKS.test(file) || WRAPPERS.test(file) ? 1 : 0))
}

/** Whether an LWP that sleeps there does so on behalf of somebody else, who is to be named. */
export function isSleeping(site: Site): boolean {
  return LOCKS.test(site.file) || SLEEPING.test(site.file) || WAITERS.test(site.cName)
}

/** Names of places as a report tells them: `uvm_scheduler (scheduler.ts:121)`; `boot` for what was before the first event. */
export function placeOf(sites: readonly Site[]): (site: number) => string {
  return (number) => {
    const site = sites[number]
    return site === undefined ? 'boot' : `${site.cName} (${site.file.split('/').at(-1)}:${site.line})`
  }
}

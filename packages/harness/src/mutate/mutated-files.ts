import { readdirSync } from 'node:fs'
import { packagePath } from '../packages.js'

const UVM_GLUE = 'kernel/src/uvm-glue'

/** What mutants are made from, from the folder `packages`: the protocol, and what it stands on. */
export function mutatedFiles(): string[] {
  const glue = readdirSync(packagePath(UVM_GLUE))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .sort()
    .map((name) => `${UVM_GLUE}/${name}`)
  const kernel = [
    'kern-lwp-lock',
    'kern-sleepq',
    'kern-turnstile',
    'turnstile-pri',
    'kern-synch',
    'mi-switch',
    'kern-lwp',
    'kern-exit',
  ].map((name) => `kernel/src/${name}.ts`)
  const sync = ['mutex', 'spin-mutex', 'rwlock', 'condvar'].map((name) => `atomics-sync/src/${name}.ts`)
  return [...glue, ...kernel, ...sync]
}

/** What the scenario one-chain is about holds of the machine that it makes. */
import { PROC_LOCK, PROC_WORDS, P_LOCK, turnstileChain } from '@holdfast/kernel'
import type { Cpu } from '@holdfast/kernel'
import { expect, test } from 'vitest'
import { kernelBuild } from '../machine/kernel-build.js'
import { subjectOfBuild } from '../subject/kernel-subject.js'
import type { MachineTarget } from '../machine/machine-target.js'
import { oneChain } from './one-chain.js'

/** proc0 and init come first. */
const SYSTEM_PROCESSES = 2

test('one-chain: the p_lock of the target and proc_lock share a turnstile chain', async () => {
  const { target } = subjectOfBuild(oneChain, await kernelBuild([]))
  const { config } = (target as MachineTarget).machine
  const number = SYSTEM_PROCESSES + oneChain.processes.findIndex(({ name }) => name === 'target')
  const chain = (lock: number): number => turnstileChain({ config } as Cpu, lock)
  expect(chain(config.procs + number * PROC_WORDS + P_LOCK)).toBe(chain(PROC_LOCK))
})

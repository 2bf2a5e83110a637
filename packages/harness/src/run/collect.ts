import type { Outcome, RunningMachine } from '@holdfast/cpu'
import type { RunResult } from '../report/result.js'
import { readCounters } from './counters.js'
import { errorCounts, kernelCount, operationCounts } from './counts.js'
import { tellFindings } from './finding.js'
import { lockRows } from './lock-rows.js'
import type { Prepared } from './prepare.js'

interface Ended {
  readonly prepared: Prepared
  readonly machine: RunningMachine
  readonly outcome: Outcome
  readonly ranMs: number
  readonly checks: number
  readonly repeat: string
}

/** Puts together what a machine that has ended leaves behind. */
export function collectResult({ prepared, machine, outcome, ranMs, checks, repeat }: Ended): RunResult {
  const { seed } = prepared
  const { kernel } = outcome.stats.counts
  const { swapins, swapouts, switches, shootdowns, paging } = readCounters(machine.mem, machine.image)
  const snapshots = outcome.cpus.flatMap(({ locks }) => (locks === null ? [] : [locks]))
  const { locks, lockSites } = lockRows(snapshots)
  const { cpus, memory, kpreempt, hz } = prepared.machine
  return {
    command: 'run',
    scenario: prepared.scenario.name,
    cpus,
    lwps: prepared.lwps,
    seconds: Math.round(ranMs) / 1_000,
    operations: operationCounts(kernel),
    swapins,
    swapouts,
    switches,
    shootdowns,
    locks,
    findings: tellFindings(machine, outcome.findings, { seed, command: repeat }),
    outcome: endOf(outcome),
    seed,
    memory,
    preempt: kpreempt,
    simulatedSeconds: Math.round((1_000 * outcome.stats.ticks) / hz) / 1_000,
    checks,
    errors: errorCounts(kernel),
    lives: {
      lwpsFreed: kernelCount(kernel, 'lwp_free'),
      reaped: kernelCount(kernel, 'reap'),
      stopped: kernelCount(kernel, 'stopped'),
    },
    paging,
    lockSites,
    messages: outcome.cpus.flatMap(({ cpu, messages }) => messages.map((line) => `cpu${cpu}: ${line}`)),
  }
}

function endOf({ reason, stopReason }: Outcome): RunResult['outcome'] {
  if (reason === 'finding') return 'found'
  if (reason === 'stopped') return stopReason === 'interrupted' ? 'interrupted' : 'time'
  return reason
}

import type { Scenario } from '../scenario/types.js'
import { exitUnderPressure } from './exit-under-pressure.js'
import { forkExitChurn } from './fork-exit-churn.js'
import { holdStorm } from './hold-storm.js'
import { idle } from './idle.js'
import { lwpChurn } from './lwp-churn.js'
import { memoryPressure } from './memory-pressure.js'
import { pageThrash } from './page-thrash.js'
import { physioVslock } from './physio-vslock.js'
import { ptraceContinue } from './ptrace-continue.js'
import { realtimePreemption } from './realtime-preemption.js'
import { registerReaders } from './register-readers.js'
import { sleepWakeupChannels } from './sleep-wakeup-channels.js'
import { stopCont } from './stop-cont.js'

/** What `start` runs, and `run` when no scenario is named. */
export const DEFAULT_SCENARIO = memoryPressure

/** Every scenario that comes with Holdfast. */
export const SCENARIOS: readonly Scenario[] = [
  memoryPressure,
  holdStorm,
  forkExitChurn,
  exitUnderPressure,
  stopCont,
  registerReaders,
  ptraceContinue,
  physioVslock,
  realtimePreemption,
  pageThrash,
  sleepWakeupChannels,
  lwpChurn,
  idle,
]

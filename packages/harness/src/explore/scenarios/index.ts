import type { Scenario } from '../../scenario/types.js'
import { SCENARIOS } from '../../scenarios/index.js'
import { exitVsKdassert } from './exit-vs-kdassert.js'
import { exitVsSwapper } from './exit-vs-swapper.js'
import { holdVsMemory } from './hold-vs-memory.js'
import { holdVsSwapper } from './hold-vs-swapper.js'
import { holderSwappedOut } from './holder-swapped-out.js'
import { ptraceVsMemory } from './ptrace-vs-memory.js'
import { scanVsExit } from './scan-vs-exit.js'
import { scanVsTeamExit } from './scan-vs-team-exit.js'
import { scanVsPairExit } from './scan-vs-pair-exit.js'
import { swapoutInOneSwitch, swapoutInSwitch } from './swapout-in-switch.js'
import { vslockVsFork } from './vslock-vs-fork.js'
import { regreadVsScan } from './regread-vs-scan.js'
import { stopVsLwpExit } from './stop-vs-lwp-exit.js'
import { stopVsScan } from './stop-vs-scan.js'
import { killVsSwapout } from './kill-vs-swapout.js'
import { forkVsScan } from './fork-vs-scan.js'
import { recycleVsScan } from './recycle-vs-scan.js'
import { realtimeVsHold } from './realtime-vs-hold.js'
import { threeHolders } from './three-holders.js'
import { wakeupVsSwapout } from './wakeup-vs-swapout.js'
import { physioVsScan } from './physio-vs-scan.js'
import { procfsVsSwapper } from './procfs-vs-swapper.js'
import { kickVsSwapper } from './kick-vs-swapper.js'
import { holdVsSwapout } from './hold-vs-swapout.js'
import { timeoutVsTick } from './timeout-vs-tick.js'
import { wakeupVsSwapin } from './wakeup-vs-swapin.js'
import { holdVsHold } from './hold-vs-hold.js'
import { releVsSwapout } from './rele-vs-swapout.js'
import { releVsHold } from './rele-vs-hold.js'
import { continueVsSwapout, sigcontVsSwapout } from './continue-vs-swapout.js'
import { dyingVsScan } from './dying-vs-scan.js'
import { lockSleeperVsScan } from './lock-sleeper-vs-scan.js'
import { faultVsFork } from './fault-vs-fork.js'
import { runnableVsScan } from './runnable-vs-scan.js'
import { regreadVsLwpExit } from './regread-vs-lwp-exit.js'
import { runnersVsThief } from './runners-vs-thief.js'
import { addrefVsExit } from './addref-vs-exit.js'
import { zombieVsParent } from './zombie-vs-parent.js'
import { wokenVsSwapout } from './woken-vs-swapout.js'
import { lateWakerVsSwapout, wakerVsSwapout } from './waker-vs-swapout.js'
import { twoWanted } from './two-wanted.js'
import { swapinVsMemory } from './swapin-vs-memory.js'
import { kernaccVsFork } from './kernacc-vs-fork.js'
import { priorityLent } from './priority-lent.js'
import { timeoutVsWakeup } from './timeout-vs-wakeup.js'
import { exitPreempted } from './exit-preempted.js'
import { exitVsPhysio } from './exit-vs-physio.js'
import { exitVsReference } from './exit-vs-reference.js'
import { exitVsSwapout, lwpExitVsSwapout } from './exit-vs-swapout.js'
import { exitVsExit, exitVsStop } from './exit-vs-exit.js'
import { createVsCreate } from './create-vs-create.js'
import { oneCpu } from './one-cpu.js'
import { preemptedOwner } from './preempted-owner.js'
import { stopVsContinue } from './stop-vs-continue.js'
import { lentAndChanged } from './lent-and-changed.js'
import { wrongBell } from './wrong-bell.js'
import { mapCrowd } from './map-crowd.js'
import { mapPreempted } from './map-preempted.js'
import { firstCome } from './first-come.js'
import { handedToWriter } from './handed-to-writer.js'
import { movedInKernel } from './moved-in-kernel.js'
import { oneChain } from './one-chain.js'
import { wokenWhileStopped } from './woken-while-stopped.js'
import { signalVsTimeout } from './signal-vs-timeout.js'
import { signalVsWait } from './signal-vs-wait.js'
import { exitVsWaiter } from './exit-vs-waiter.js'
import { raisedById } from './raised-by-id.js'
import { mapVsMemory } from './map-vs-memory.js'
import { lentAndWoken } from './lent-and-woken.js'
import { mutexSleeperVsScan } from './mutex-sleeper-vs-scan.js'
import { orphans } from './orphans.js'
import { readerVsCreate } from './reader-vs-create.js'
import { exitVsStopped } from './exit-vs-stopped.js'
import { fullTable } from './full-table.js'
import { lentAndWaited } from './lent-and-waited.js'
import { parentStays, parentTraces, tracerLeaves, zombieStays } from './tracer-leaves.js'

/** Scenarios small enough to explore: two or three CPUs, few pages, each a pair of paths that meet. */
export const SMALL_SCENARIOS: readonly Scenario[] = [
  holdVsSwapper,
  exitVsSwapper,
  scanVsExit,
  scanVsTeamExit,
  scanVsPairExit,
  holdVsMemory,
  ptraceVsMemory,
  holderSwappedOut,
  swapoutInSwitch,
  swapoutInOneSwitch,
  exitVsKdassert,
  vslockVsFork,
  regreadVsScan,
  stopVsLwpExit,
  stopVsScan,
  killVsSwapout,
  forkVsScan,
  recycleVsScan,
  realtimeVsHold,
  threeHolders,
  wakeupVsSwapout,
  physioVsScan,
  procfsVsSwapper,
  kickVsSwapper,
  holdVsSwapout,
  wakeupVsSwapin,
  holdVsHold,
  releVsSwapout,
  releVsHold,
  continueVsSwapout,
  sigcontVsSwapout,
  wakerVsSwapout,
  lateWakerVsSwapout,
  lockSleeperVsScan,
  faultVsFork,
  runnableVsScan,
  regreadVsLwpExit,
  runnersVsThief,
  dyingVsScan,
  twoWanted,
  swapinVsMemory,
  kernaccVsFork,
  priorityLent,
  timeoutVsWakeup,
  exitPreempted,
  exitVsReference,
  addrefVsExit,
  zombieVsParent,
  timeoutVsTick,
  wokenVsSwapout,
  lwpExitVsSwapout,
  exitVsSwapout,
  exitVsExit,
  exitVsStop,
  createVsCreate,
  oneCpu,
  preemptedOwner,
  stopVsContinue,
  lentAndChanged,
  wrongBell,
  tracerLeaves,
  parentTraces,
  parentStays,
  zombieStays,
  mapPreempted,
  mapCrowd,
  signalVsTimeout,
  signalVsWait,
  firstCome,
  handedToWriter,
  wokenWhileStopped,
  oneChain,
  movedInKernel,
  exitVsWaiter,
  raisedById,
  mapVsMemory,
  lentAndWoken,
  mutexSleeperVsScan,
  orphans,
  readerVsCreate,
  exitVsStopped,
  fullTable,
  lentAndWaited,
  exitVsPhysio,
]

/** Every scenario that comes with Holdfast: those for running, and these. Their names are different. */
export const ALL_SCENARIOS: readonly Scenario[] = [...SCENARIOS, ...SMALL_SCENARIOS]

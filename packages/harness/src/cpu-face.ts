// What this package uses of the machine.
export { buildMachine } from '@holdfast/cpu'
export { startMachine } from '@holdfast/cpu'
export type {
  EndReason,
  MachineStats,
  MachineView,
  Outcome,
  RunningMachine,
} from '@holdfast/cpu'
export { checkOpenFiles } from '@holdfast/cpu'
export type { MachineImage } from '@holdfast/cpu'
export type { MachineEvent } from '@holdfast/cpu'
export type { Finding as MachineFinding, Verdict } from '@holdfast/cpu'
export type { LwpState } from '@holdfast/cpu'

export { compileScenario } from './compile/compile.js'
export type {
  CpuEvents,
  Finding,
  FindingWord,
  LockRow,
  LockSite,
  Paging,
  RunResult,
  SanitizeSummary,
} from './report/result.js'
export { swapCycles, totalOperations } from './report/result.js'
export { runReport } from './report/run-report.js'
export { scaleReport } from './report/scale-report.js'
export type { ScalePoint, ScaleResult } from './report/scale-report.js'
export { bootMachine, prepare } from './run/prepare.js'
export type { Changes, Prepared } from './run/prepare.js'
export { resize } from './run/resize.js'
export { defineVariant } from './explore/subject/own-variant.js'
export type { OwnVariant } from './explore/subject/own-variant.js'
export { run } from './run/run.js'
export type { RunOptions } from './run/run.js'
export { runPreparedSanitized, runSanitized } from './sanitize/run-sanitized.js'
export type { SanitizeRunOptions, SanitizeScenarioOptions } from './sanitize/run-sanitized.js'
export { scale } from './run/scale.js'
export { checkScenario } from './scenario/check.js'
export { defineScenario } from './scenario/define.js'
export { scenarioJsonSchema } from './scenario/json-schema.js'
export { importScenario, loadScenario, parseScenario, parseScenarioText } from './scenario/load.js'
export { UsageError } from './scenario/problem.js'
export type { Problem } from './scenario/problem.js'
export type {
  Alternative,
  DebugKnobs,
  LwpSpec,
  LwpTarget,
  Machine,
  Operation,
  OperationName,
  ProcessSpec,
  ProcessTarget,
  Program,
  ProcfsRequest,
  PtraceRequest,
  Scenario,
  SchedClass,
  SwapDebug,
} from './scenario/types.js'
export { DEFAULT_SCENARIO, SCENARIOS } from './scenarios/index.js'
export type { FullMachine } from './scenario/machine-schema.js'
export type { RunSample } from './run/samples.js'

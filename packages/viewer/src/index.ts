export { ACQUIRES, ENDED, PREEMPTS, RELEASES, REPORTED, TRACE_FORMAT, WAITS, WROTE } from './trace/format.js'
export type {
  Trace,
  TraceChanges,
  TraceEvents,
  TraceFile,
  TraceLocks,
  TraceMeanings,
  TraceNote,
  TracePlace,
  TraceWord,
} from './trace/format.js'
export { loadTrace } from './model/execution.js'
export type { Execution } from './model/execution.js'
export { locksOf, runsByTask, runsOf } from './model/spans.js'
export type { Arrow, LockSpan, RunSpan } from './model/spans.js'
export { valueText } from './model/texts.js'
export { TraceError, looksLikeTrace, parseTrace, readTrace, writeTrace } from './trace/read-trace.js'
export { pageOf } from './page-text.js'

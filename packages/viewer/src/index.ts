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
export { TraceError, looksLikeTrace, parseTrace, readTrace, writeTrace } from './trace/read-trace.js'
export { pageOf } from './page-text.js'

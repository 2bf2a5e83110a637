/** A place in the program that took a lock. */
export interface CallSite {
  readonly functionName: string
  readonly file: string
  readonly line: number
}

const DEPTH = 12
const UNKNOWN: CallSite = { functionName: '?', file: '?', line: 0 }

/** The modules of this package between a lock's caller and the collector. */
const MODULES = [
  'actor',
  'barrier',
  'call-site',
  'condvar',
  'lockstat-collector',
  'mutex',
  'once',
  'parking',
  'rwlock',
  'semaphore',
  'spin-mutex',
  'sync',
]

/** Their functions, by which they are known where a bundler has put everything into one file. */
const FUNCTIONS =
  /^(mutex(Spin)?(Vector|Try)?(Enter|Retry)|mutexSpinTryEnter|rw(Vector|Try)?Enter|cv(Enter|Exit|(Timed)?[wW]ait(Sig)?|Wakeup|Signal|Broadcast)|semaphore\w+|barrierWait|once(Enter|Leave|Done|Abandon)|parking\w+|runToEnd|acquired|contending|sample|siteOf)$/

const own = import.meta.url
const bundled = !/\/call-site\.[jt]s$/.test(own)
const extension = own.slice(own.lastIndexOf('.'))
const ours = new Set(MODULES.map((name) => plain(new URL(`./${name}${extension}`, own).href)))

/**
 * The innermost caller that is not in this package, nor one of the functions `through` (wrappers whose own callers are
 * of interest). Costs some microseconds.
 */
export function callSite(through: ReadonlySet<string>): CallSite {
  for (const site of stack()) {
    const file = site.getFileName()
    if (file === null || file === undefined) continue // a frame of the engine's own, such as Generator.next
    const functionName = site.getFunctionName() ?? '(top level)'
    if (through.has(functionName)) continue
    if (bundled ? FUNCTIONS.test(functionName) : ours.has(plain(file))) continue
    return { functionName, file: plain(file), line: site.getLineNumber() ?? 0 }
  }
  return UNKNOWN
}

function stack(): NodeJS.CallSite[] {
  const { stackTraceLimit } = Error
  const before: unknown = Reflect.get(Error, 'prepareStackTrace')
  const holder: { stack?: NodeJS.CallSite[] } = {}
  try {
    Error.stackTraceLimit = DEPTH
    Error.prepareStackTrace = structured
    Error.captureStackTrace(holder, callSite)
    return holder.stack ?? []
  } finally {
    Error.stackTraceLimit = stackTraceLimit
    Reflect.set(Error, 'prepareStackTrace', before)
  }
}

function structured(_error: Error, sites: NodeJS.CallSite[]): NodeJS.CallSite[] {
  return sites
}

/** Without `file://`, which some loaders put before a name and some do not. */
function plain(file: string): string {
  return file.startsWith('file://') ? file.slice(7) : file
}

import { CLAIMS } from '../explore/verified.js'
import type { Verified } from '../explore/verified-claim.js'
import { verify } from '../explore/verify.js'
import { claimText, verifyMarkdown, verifyReport } from '../explore/verify-report.js'
import { bar } from '../report/bar.js'
import type { Claim } from '../explore/verified-claim.js'
import { patchesNamed } from '../explore/own-variant.js'
import { choices, notAllowed, UsageError } from '../scenario/problem.js'
import { caseOfClaim } from '../export/of-claims.js'
import { checkWritable, writeJunit } from './written-reports.js'
import { print, printJson } from './output.js'
import { progressOn } from './progress.js'
import { EXIT_FOUND, EXIT_OK } from './run-command.js'

export interface VerifyFlags {
  /** Those that take seconds. */
  readonly quick?: boolean
  /** Instead of the correction that the claim is about. */
  readonly variant?: string
  readonly json?: boolean
  readonly markdown?: boolean
  readonly junit?: string
}

/** Looks into the claims of docs/verified.md, or one. Exit code: 0 all hold, and every planted fault is found; 1 otherwise. */
export async function verifyCommand(
  id: string | undefined,
  flags: VerifyFlags,
  signal: AbortSignal,
): Promise<number> {
  const wanted = await claimsOf(id, flags)
  checkWritable('--junit', flags.junit)
  const results: Verified[] = []
  const line = progressOn(process.stderr)
  const progress = (what: string, executions: number): boolean => {
    const text = `${what}: ${executions} executions`
    line.update(
      text,
      () =>
        `${bar(results.length / wanted.length)}  claim ${results.length + 1} of ${wanted.length}\n${text}`,
    )
    return !signal.aborted
  }
  for (const claim of wanted) {
    if (signal.aborted) break
    results.push(await verify(claim, { progress }))
    // Lets an interrupt come.
    await new Promise((resolve) => setImmediate(resolve))
  }
  line.done()
  if (flags.junit !== undefined) writeJunit(flags.junit, results.map(caseOfClaim))
  if (flags.json === true) await printJson({ command: 'verify', claims: results })
  else if (flags.markdown === true) await print(verifyMarkdown(results))
  else
    await print(
      id === undefined
        ? verifyReport(results)
        : `${claimText(id, flags.variant)}\n\n${verifyReport(results)}`,
    )
  return results.length === wanted.length && results.every(({ holds }) => holds) ? EXIT_OK : EXIT_FOUND
}

/** Throws UsageError. */
async function claimsOf(id: string | undefined, { quick, variant }: VerifyFlags): Promise<Claim[]> {
  const wanted = CLAIMS.filter((claim) =>
    id === undefined ? quick !== true || claim.quick === true : claim.id === id,
  )
  if (wanted.length === 0)
    throw new UsageError([notAllowed('claim', id ?? '', choices(CLAIMS.map((claim) => claim.id)))])
  if (variant === undefined) return wanted
  const [claim] = wanted
  if (id === undefined || claim?.variant === undefined) {
    const corrected = CLAIMS.filter((each) => each.variant !== undefined).map((each) => each.id)
    throw new UsageError([
      notAllowed('--variant', variant, `it is for a claim about a correction: ${choices(corrected)}`),
    ])
  }
  try {
    await patchesNamed(variant)
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError([{ path: '--variant', message: (error as Error).message }])
  }
  return [{ ...claim, variant }]
}

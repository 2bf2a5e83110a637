import { reportText } from '@holdfast/explorer'
import type { Finding } from '@holdfast/explorer'
import type { FindingSummary } from '../explore/explore-result.js'
import type { Annotation } from './github.js'
import type { TestCase } from './junit.js'

/** Characters of a line of a report in a file. */
const WIDTH = 120

/** A finding as a failed test of its subject. */
export function caseOf(finding: Finding): TestCase {
  const { subject, verdict, message, found } = finding
  return {
    suite: `explore ${subject}`,
    name: `${verdict}: ${message}`,
    seconds: found.seconds,
    failure: { type: verdict, message, text: reportText(finding, { width: WIDTH, colour: false }) },
  }
}

/** At the place that makes it this fault: the first of them. */
export function annotationOf(finding: Finding): Annotation {
  const { subject, verdict, message, sites, schedule } = finding
  const [site] = sites
  return {
    title: `${verdict} in ${subject}`,
    message: `${message}\nholdfast replay ${schedule}`,
    ...(site === undefined ? {} : { file: site.file, line: site.line, column: site.column }),
  }
}

/** A finding that has no file: the program is not the same again. */
export function caseOfSummary(
  subject: string,
  { verdict, message, sites, seconds }: FindingSummary,
): TestCase {
  return {
    suite: `explore ${subject}`,
    name: `${verdict}: ${message}`,
    seconds,
    failure: { type: verdict, message, text: [message, ...sites].join('\n') },
  }
}

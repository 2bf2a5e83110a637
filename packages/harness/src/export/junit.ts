/** Something that was tried, for CI: a target, a claim, a listed finding. */
export interface TestCase {
  /** Of the same command and target: `explore program:lastzero`. */
  readonly suite: string
  readonly name: string
  /** Seconds that it took. */
  readonly seconds: number
  /** What is wrong with it; left out: nothing. */
  readonly failure?: { readonly type: string; readonly message: string; readonly text: string }
}

/** Test cases as JUnit XML, in the form that Jenkins, GitLab and others read. */
export function junitXml(cases: readonly TestCase[]): string {
  const suites = [...new Set(cases.map(({ suite }) => suite))]
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${attributes({ name: 'holdfast', ...totals(cases) })}>`,
    ...suites.flatMap((name) => {
      const own = cases.filter(({ suite }) => suite === name)
      return [
        `  <testsuite ${attributes({ name, ...totals(own) })}>`,
        ...own.flatMap(caseLines),
        '  </testsuite>',
      ]
    }),
    '</testsuites>',
  ]
  return `${lines.join('\n')}\n`
}

function caseLines({ suite, name, seconds, failure }: TestCase): string[] {
  const head = attributes({ classname: suite, name, time: seconds.toFixed(3) })
  if (failure === undefined) return [`    <testcase ${head}/>`]
  const { type, message, text } = failure
  return [
    `    <testcase ${head}>`,
    `      <failure ${attributes({ type, message })}>${xmlText(text)}</failure>`,
    '    </testcase>',
  ]
}

function totals(cases: readonly TestCase[]): Record<string, string> {
  return {
    tests: String(cases.length),
    failures: String(cases.filter(({ failure }) => failure !== undefined).length),
    errors: '0',
    time: cases.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(3),
  }
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}="${xmlText(value).replaceAll('\n', '&#10;')}"`)
    .join(' ')
}

/** XML 1.0 has no way to write these (section 2.2, Char). */
const NO_CHARACTER = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\r': '&#13;',
}

export function xmlText(text: string): string {
  return text.replaceAll(NO_CHARACTER, '\uFFFD').replaceAll(/[&<>"\t\r]/g, (each) => ENTITIES[each] as string)
}
